/* One statement of a step, then the note that it was done: what a crash left is gone on with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "migrate_pieces.h"

struct err *migrate_pieces_prepare(struct sql_tx *tx, struct ctx *c)
{
    return sql_script(
        tx, c,
        "CREATE TABLE IF NOT EXISTS schema_piece (owner VARCHAR(32) NOT NULL,"
        " number BIGINT NOT NULL, done BIGINT NOT NULL, PRIMARY KEY (owner, number))");
}

static struct err *read_done(struct sql_tx *tx, struct ctx *c, const struct migration *m,
                             int64_t *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT done FROM schema_piece WHERE owner = ? AND number = ?",
                  sql_text(str_of(m->owner)), sql_int(m->number)));
    *out = sql_next(&r) ? sql_i64(&r, 0) : -1;
    return NULL;
}

static struct err *begin(struct sql_tx *tx, struct ctx *c, const struct migration *m, int64_t *done)
{
    TRY(read_done(tx, c, m, done));
    if (*done >= 0)
        return NULL;
    *done = 0;
    TRY(sql_exec(tx, c, "INSERT INTO schema_piece (owner, number, done) VALUES (?, ?, 0)",
                 sql_text(str_of(m->owner)), sql_int(m->number)));
    return sql_script(tx, c, "COMMIT");
}

static bool changes_schema(struct str statement)
{
    return str_starts(statement, STR("CREATE ")) || str_starts(statement, STR("ALTER ")) ||
           str_starts(statement, STR("DROP "));
}

/* The statement that was under way when a process ended may have been done, and not noted. */
static bool was_done(const struct err *e, struct str statement)
{
    return changes_schema(statement) && (e->code == ERR_EXISTS || e->code == ERR_NOT_FOUND);
}

/* Rows are changed in one transaction with the note. */
static struct err *apply_one(struct sql_tx *tx, struct ctx *c, const struct migration *m,
                             struct str statement, bool perhaps_done)
{
    struct err *e = sql_script(tx, c, arena_copy(c->arena, statement).ptr);

    if (e && !(perhaps_done && was_done(e, statement)))
        return e;
    TRY(sql_exec(tx, c, "UPDATE schema_piece SET done = done + 1 WHERE owner = ? AND number = ?",
                 sql_text(str_of(m->owner)), sql_int(m->number)));
    return sql_script(tx, c, "COMMIT");
}

struct err *migrate_pieces(struct sql_tx *tx, struct ctx *c, const struct migration *m,
                           const char *text)
{
    struct str rest = str_of(text);
    int64_t done, at = 0;

    TRY(begin(tx, c, m, &done));
    while (rest.len) {
        struct str statement = str_trim(str_cut(&rest, ';'));

        if (!statement.len)
            continue;
        if (at >= done)
            TRY(apply_one(tx, c, m, statement, at == done));
        at++;
    }
    return NULL;
}
