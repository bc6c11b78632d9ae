/* The database file itself, table by table; and ids that would be handed out twice. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "doctor_parts.h"
#include "interrupts.h"

enum { COMPLAINTS = 3 };

struct tables {
    struct sql_rows rows;
};

static struct err *read_tables(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct tables *t = arg;

    return sql_query(tx, c, &t->rows,
                     "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name");
}

struct table_job {
    struct doctor *d;
    struct str name;
};

static void tell_damage(struct doctor *d, struct str table, struct str complaint)
{
    doctor_found(d,
                 "table " STR_FMT ": " STR_FMT
                 ": stop the server, keep a copy of the data folder, restore a backup",
                 STR_ARG(table), STR_ARG(complaint));
    d->damaged = true;
}

static struct err *look_at_table(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct table_job *job = arg;
    struct sql_rows r;
    struct err *e = sql_query(tx, c, &r, "SELECT * FROM pragma_integrity_check(?) LIMIT ?",
                              sql_text(job->name), sql_int(COMPLAINTS));

    if (e && e->code == ERR_DATA_LOSS) {
        tell_damage(job->d, job->name, STR("it cannot be read"));
        return NULL;
    }
    TRY(e);
    while (sql_next(&r))
        if (!str_eq(sql_str(&r, 0), STR("ok")))
            tell_damage(job->d, job->name, sql_str(&r, 0));
    return NULL;
}

struct err *doctor_database_check(struct doctor *d, struct ctx *c)
{
    struct tables tables;

    TRY(sql_read(d->admin->db[ADMIN_DB_USER], c, read_tables, &tables));
    while (sql_next(&tables.rows)) {
        struct table_job job = {d, sql_str(&tables.rows, 0)};

        TRY(interrupts_check(c));
        TRY(sql_read(d->admin->db[ADMIN_DB_USER], c, look_at_table, &job));
    }
    return NULL;
}

/* ---- sequences: the number that stands there was handed out last ---- */

static struct str tell_sequence(struct arena *a, const struct sql_rows *row)
{
    return arena_str(a, "ids of kind " STR_FMT " go on from %" PRId64 ", but %" PRId64 " is taken",
                     STR_ARG(sql_str(row, 0)), sql_i64(row, 1), sql_i64(row, 2));
}

/* In a cluster processes go on with the segments they took, and nobody knows which: so beyond the
 * largest that all of them together may hold. */
static struct err *move_on(struct doctor *d, struct ctx *c, const struct sql_rows *row)
{
    enum { SEGMENTS = 1 << 26 };
    int64_t moved = 0, newest = sql_i64(row, 2) + (d->admin->is_cluster ? SEGMENTS : 0);
    struct str kind = sql_str(row, 0);

    TRY(sql_exec_count(c->tx, c, &moved, "UPDATE sequence_next SET next = ? WHERE kind = ?",
                       sql_int(newest), sql_text(kind)));
    if (moved)
        return NULL;
    return sql_insert_missing(c->tx, c, "INSERT INTO sequence_next (kind, next) VALUES (?, ?)",
                              sql_text(kind), sql_int(newest));
}

#define SEQUENCE(kind, table)                                                         \
    "SELECT kind, next, newest FROM (SELECT '" kind                                   \
    "' AS kind, coalesce((SELECT next FROM sequence_next WHERE kind = '" kind         \
    "'), 0) AS next, coalesce((SELECT max(id) FROM " table "), 0) AS newest) AS last" \
    " WHERE next < newest"

struct err *doctor_sequences_check(struct doctor *d, struct ctx *c)
{
    static const struct {
        enum admin_db db;
        const char *find;
    } kinds[] = {
        {ADMIN_DB_USER, SEQUENCE("user", "user_account")},
        {ADMIN_DB_VIDEO, SEQUENCE("video", "video_item")},
        {ADMIN_DB_COMMENT, SEQUENCE("comment", "comment_item")},
        {ADMIN_DB_MESSAGE, SEQUENCE("message", "message_line")},
    };

    for (size_t i = 0; i < COUNT(kinds); i++)
        TRY(doctor_rows_check(d, c,
                              &(struct doctor_rows){.db = kinds[i].db,
                                                    .find = kinds[i].find,
                                                    .fix_row = move_on,
                                                    .span = 1,
                                                    .tell = tell_sequence}));
    return NULL;
}
