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

struct err *sql_read(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    if (c->tx && c->tx->db == db)
        return work(c->tx, c, arg);
    return db->driver->read(db, c, work, arg);
}

struct err *sql_read_stale(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    if (c->tx && c->tx->db == db)
        return work(c->tx, c, arg);
    return db->driver->read_stale(db, c, work, arg);
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
    return tx->db->driver->run(tx, c, rows, changed, &(struct sql_call){text, args, false});
}

struct err *sql_run_lock(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, const char *text,
                         struct sql_args args)
{
    assert(tx->writes);
    return tx->db->driver->run(tx, c, rows, NULL, &(struct sql_call){text, args, true});
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
