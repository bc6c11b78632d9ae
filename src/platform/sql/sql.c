/* A SQL database: which driver serves it, and what all of them share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sql.h"

#include <assert.h>

#include "mysql_db.h"
#include "sql_tx.h"
#include "sqlite_db.h"

const char SQL_OUTCOME_UNKNOWN[] = "outcome_unknown";
const char SQL_COLLISION[] = "collision";

struct err *sql_open(struct ctx *c, struct str place, const struct sql_options *options,
                     struct sql **out)
{
    if (mysql_db_serves(place))
        return mysql_db_open(c, place, options, out);
    return sqlite_db_open(c, place, options, out);
}

void sql_close(struct sql *db)
{
    if (db)
        db->driver->close(db);
}

struct executor *sql_writer(struct sql *db)
{
    return db->driver->writer(db);
}

struct err *sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    if (c->tx && c->tx->db == db && c->tx->writes)
        return work(c->tx, c, arg);
    if (c->tx)
        return err_new(c, ERR_INTERNAL, "a write inside a transaction of another kind");
    return db->driver->write(db, c, work, arg);
}

struct err *sql_write_alone(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    if (c->tx)
        return err_new(c, ERR_INTERNAL, "a change of the schema inside a transaction");
    return db->driver->write_alone(db, c, work, arg);
}

static struct err *read_as(struct sql *db, struct ctx *c, enum sql_reading how, sql_work *work,
                           void *arg)
{
    if (c->tx && c->tx->db == db)
        return work(c->tx, c, arg);
    return db->driver->read(db, c, how, work, arg);
}

struct err *sql_read(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    return read_as(db, c, SQL_READ_SNAPSHOT, work, arg);
}

struct err *sql_read_one(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    return read_as(db, c, SQL_READ_ONE, work, arg);
}

struct err *sql_read_stale(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    return read_as(db, c, SQL_READ_STALE, work, arg);
}

struct err *sql_read_of(struct sql *db, struct ctx *c, int64_t owner, sql_work *work, void *arg)
{
    bool others = c->user_id && c->user_id != owner;

    return read_as(db, c, others ? SQL_READ_STALE : SQL_READ_ONE, work, arg);
}

void sql_on_commit(struct sql_tx *tx, struct ctx *c, void (*fn)(void *arg), void *arg)
{
    struct sql_hook *hook = arena_new(c->arena, struct sql_hook);

    assert(tx->writes);
    *hook = (struct sql_hook){.fn = fn, .arg = arg};
    *tx->hooks_end = hook;
    tx->hooks_end = &hook->next;
}

void sql_on_batch(struct sql *db, void (*fn)(void *self), void *self)
{
    db->driver->on_batch(db, fn, self);
}

void sql_on_foreign_write(struct sql *db, void (*fn)(void *self), void *self)
{
    db->driver->on_foreign_write(db, fn, self);
}

struct err *sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, int64_t *changed,
                    const char *text, struct sql_args args)
{
    if (tx->asked && tx->reading != SQL_READ_SNAPSHOT)
        return err_new(c, ERR_INTERNAL, "sql: \"%s\" is the second statement of a read of one",
                       text);
    tx->asked = true;
    return tx->db->driver->run(tx, c, rows, changed, &(struct sql_call){text, args, SQL_PLAIN, 0});
}

struct err *sql_run_ids(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                        const char *const texts[], struct sql_ids ids, struct sql_args before)
{
    static const size_t rooms[] = {1, 8, 32, 128, SQL_IDS_MAX};
    size_t i = 0;

    *rows = (struct sql_rows){0};
    if (!ids.count)
        return NULL;
    assert(ids.count <= SQL_IDS_MAX);
    while (rooms[i] < ids.count)
        i++;
    struct sql_arg *args = arena_array(c->arena, struct sql_arg, before.count + rooms[i]);

    if (before.count)
        memcpy(args, before.at, before.count * sizeof(*args));
    for (size_t n = 0; n < rooms[i]; n++)
        args[before.count + n] = sql_int(ids.at[n < ids.count ? n : ids.count - 1]);
    return sql_run(tx, c, rows, NULL, texts[i], (struct sql_args){args, before.count + rooms[i]});
}

struct err *sql_run_lock(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, const char *text,
                         struct sql_args args)
{
    assert(tx->writes);
    return tx->db->driver->run(tx, c, rows, NULL, &(struct sql_call){text, args, SQL_LOCK, 0});
}

/* "a = excluded.a, b = excluded.b" of "a, b". */
static const char *taken_over(struct ctx *c, struct str columns, bool server)
{
    const char *all = "";

    while (columns.len) {
        struct str name = str_trim(str_cut(&columns, ','));

        all = arena_printf(c->arena, "%s%s" STR_FMT " = %s" STR_FMT "%s", all, *all ? ", " : "",
                           STR_ARG(name), server ? "VALUES(" : "excluded.", STR_ARG(name),
                           server ? ")" : "");
    }
    return all;
}

const char *sql_put_end(struct ctx *c, const struct sql_call *call, bool server)
{
    struct str rest = str_of(call->text), columns, key;

    (void)str_cut(&rest, '(');
    columns = str_cut(&rest, ')');
    key = str_cut(&columns, ',');
    for (size_t i = 1; i < call->keys && columns.len; i++)
        (void)str_cut(&columns, ',');
    const char *others = taken_over(c, columns, server);

    if (!server)
        return *others ? arena_printf(c->arena, " ON CONFLICT DO UPDATE SET %s", others)
                       : " ON CONFLICT DO NOTHING";
    if (!*others) /* something must be said; a key that is given itself stays */
        others = arena_printf(c->arena, STR_FMT " = " STR_FMT, STR_ARG(key), STR_ARG(key));
    return arena_printf(c->arena, " ON DUPLICATE KEY UPDATE %s", others);
}

struct err *sql_run_put(struct sql_tx *tx, struct ctx *c, size_t keys, const char *text,
                        struct sql_args args)
{
    assert(tx->writes);
    return tx->db->driver->run(tx, c, NULL, NULL, &(struct sql_call){text, args, SQL_PUT, keys});
}

struct err *sql_run_insert(struct sql_tx *tx, struct ctx *c, bool *inserted, const char *text,
                           struct sql_args args)
{
    struct err *e = sql_run(tx, c, NULL, NULL, text, args);

    if (e && e->code != ERR_EXISTS)
        return e;
    if (e && !inserted)
        return err_reason(c, ERR_ABORTED, SQL_COLLISION, "somebody inserted the same row");
    if (inserted)
        *inserted = !e;
    return NULL;
}

struct err *sql_script(struct sql_tx *tx, struct ctx *c, const char *text)
{
    return tx->db->driver->script(tx, c, text);
}

struct sql_stats sql_stats(struct sql *db)
{
    struct sql_stats stats = {0};

    db->driver->stats(db, &stats);
    return stats;
}
