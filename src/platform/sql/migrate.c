/* Migrations: what is recorded is compared with what the program brings along. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "migrate.h"

#include <inttypes.h>

#include "clock.h"
#include "migrate_pieces.h"
#include "sql_tx.h"

/* FNV-1a, 64 bits: it is to notice an edited file, not an attacker. */
static const char *checksum(struct ctx *c, const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);

    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return arena_printf(c->arena, "%016" PRIx64, h);
}

/* What this kind of database is given. */
static const char *text_for(const struct sql_tx *tx, struct ctx *c, const struct migration *m)
{
    static const char mark[] = "\n-- mysql\n";
    const char *at = strstr(m->text, mark);

    if (!at)
        return m->text;
    if (tx->db->driver->keeps_schema)
        return at + sizeof(mark) - 1;
    return arena_copy(c->arena, (struct str){m->text, (size_t)(at - m->text)}).ptr;
}

static const struct migration *find(struct migration_list list, int64_t number)
{
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i].number == number)
            return &list.at[i];
    return NULL;
}

static struct err *check_applied(struct sql_tx *tx, struct ctx *c, struct migration_list list,
                                 int64_t number, struct str sum)
{
    const struct migration *m = find(list, number);

    if (!m)
        return err_new(c, ERR_PRECONDITION,
                       "the database is newer than this program: it has step %" PRId64 " of %s",
                       number, list.at[0].owner);
    if (!str_eq(sum, str_of(checksum(c, text_for(tx, c, m)))))
        return err_new(c, ERR_PRECONDITION, "step %d of %s was changed after it had been applied",
                       m->number, m->owner);
    return NULL;
}

static struct err *apply(struct sql_tx *tx, struct ctx *c, const struct migration *m)
{
    const char *text = text_for(tx, c, m);
    struct err *e =
        tx->db->driver->keeps_schema ? migrate_pieces(tx, c, m, text) : sql_script(tx, c, text);

    if (e)
        return err_wrap(c, e, "step %d of %s (%s)", m->number, m->owner, m->name);
    return sql_exec(tx, c,
                    "INSERT INTO schema_migration (owner, number, name, checksum, applied_at)"
                    " VALUES (?, ?, ?, ?, ?)",
                    sql_text(str_of(m->owner)), sql_int(m->number), sql_text(str_of(m->name)),
                    sql_text(str_of(checksum(c, text))), sql_int(clock_wall_ms()));
}

static struct err *bring_up(struct sql_tx *tx, struct ctx *c, struct migration_list list)
{
    struct sql_rows rows;
    int64_t newest = 0;

    TRY(sql_query(tx, c, &rows,
                  "SELECT number, checksum FROM schema_migration WHERE owner = ? ORDER BY number",
                  sql_text(str_of(list.at[0].owner))));
    while (sql_next(&rows)) {
        newest = sql_i64(&rows, 0);
        TRY(check_applied(tx, c, list, newest, sql_str(&rows, 1)));
    }
    for (size_t i = 0; i < list.count; i++)
        if (list.at[i].number > newest)
            TRY(apply(tx, c, &list.at[i]));
    return NULL;
}

static struct err *bring_up_all(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct migration_lists *all = arg;

    TRY(sql_script(tx, c,
                   "CREATE TABLE IF NOT EXISTS schema_migration (owner VARCHAR(32) NOT NULL,"
                   " number BIGINT NOT NULL, name VARCHAR(64) NOT NULL,"
                   " checksum CHAR(16) NOT NULL, applied_at BIGINT NOT NULL,"
                   " PRIMARY KEY (owner, number))"));
    if (tx->db->driver->keeps_schema)
        TRY(migrate_pieces_prepare(tx, c));
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].count)
            TRY(bring_up(tx, c, all->at[i]));
    return NULL;
}

struct err *migrate(struct sql *db, struct ctx *c, const struct migration_list *lists, size_t count)
{
    struct migration_lists all = {lists, count};

    return sql_write_alone(db, c, bring_up_all, &all);
}

/* ---- looking ---- */

struct look {
    struct migration_lists lists;
    struct migration_steps steps;
};

static size_t count_steps(struct migration_lists lists)
{
    size_t count = 0;

    for (size_t i = 0; i < lists.count; i++)
        count += lists.at[i].count;
    return count;
}

static void list_ours(struct look *look)
{
    for (size_t i = 0; i < look->lists.count; i++)
        for (size_t j = 0; j < look->lists.at[i].count; j++) {
            const struct migration *m = &look->lists.at[i].at[j];

            look->steps.at[look->steps.count++] = (struct migration_step){
                str_of(m->owner), str_of(m->name), m->number, .known = true};
        }
}

/* A step of ours; NULL: we have none of that name. */
static const struct migration *step_of(struct migration_lists lists, struct str owner,
                                       int64_t number)
{
    for (size_t i = 0; i < lists.count; i++) {
        const struct migration *m = find(lists.at[i], number);

        if (m && str_eq(owner, str_of(m->owner)))
            return m;
    }
    return NULL;
}

static void note_applied(struct sql_tx *tx, struct ctx *c, struct look *look,
                         const struct sql_rows *r)
{
    struct migration_step step = {.owner = sql_str(r, 0),
                                  .name = sql_str(r, 2),
                                  .number = sql_i64(r, 1),
                                  .applied_at = sql_i64(r, 4)};
    const struct migration *m = step_of(look->lists, step.owner, step.number);

    step.known = m && str_eq(sql_str(r, 3), str_of(checksum(c, text_for(tx, c, m))));
    for (size_t i = 0; i < look->steps.count; i++) {
        struct migration_step *ours = &look->steps.at[i];

        if (ours->number == step.number && str_eq(ours->owner, step.owner)) {
            *ours = step;
            return;
        }
    }
    look->steps.at[look->steps.count++] = step;
}

static struct err *look_at_all(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct look *look = arg;
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  tx->db->driver->keeps_schema
                      ? "SELECT 1 FROM information_schema.tables"
                        " WHERE table_schema = database() AND table_name = 'schema_migration'"
                      : "SELECT 1 FROM sqlite_master WHERE name = 'schema_migration'"));
    if (r.count)
        TRY(sql_query(tx, c, &r,
                      "SELECT owner, number, name, checksum, applied_at FROM schema_migration"
                      " ORDER BY owner, number"));
    look->steps.at =
        arena_array(c->arena, struct migration_step, count_steps(look->lists) + r.count);
    list_ours(look);
    while (r.columns > 1 && sql_next(&r))
        note_applied(tx, c, look, &r);
    return NULL;
}

struct err *migrate_look(struct sql *db, struct ctx *c, struct migration_lists lists,
                         struct migration_steps *out)
{
    struct look look = {.lists = lists};

    TRY(sql_read(db, c, look_at_all, &look));
    *out = look.steps;
    return NULL;
}
