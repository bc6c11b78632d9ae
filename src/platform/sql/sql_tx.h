/* What a database, its driver and a transaction are inside platform/sql. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQL_TX_H
#define SQL_TX_H

#include "sql.h"

/* One statement with its arguments. */
struct sql_call {
    const char *text; /* a literal: statements are told apart by its address */
    struct sql_args args;
    enum sql_mode {
        SQL_PLAIN,
        SQL_LOCK, /* the rows that it reads are this transaction's until it ends */
        SQL_PUT,  /* an INSERT; a row of that key takes over what it would insert */
    } mode;
    size_t keys; /* of SQL_PUT: so many columns stay, the first */
};

/* What SQL_PUT adds to an INSERT, for a server or for a file. In the request's arena. */
const char *sql_put_end(struct ctx *c, const struct sql_call *call, bool server);

enum sql_reading {
    SQL_READ_SNAPSHOT,
    SQL_READ_ONE,   /* statement */
    SQL_READ_STALE, /* one as well */
};

/* How to reach one kind of database. `db` is what the driver made; sql.c has looked at c->tx. */
struct sql_driver {
    void (*close)(struct sql *db);
    struct executor *(*writer)(struct sql *db);
    struct err *(*write)(struct sql *db, struct ctx *c, sql_work *work, void *arg);
    struct err *(*read)(struct sql *db, struct ctx *c, enum sql_reading how, sql_work *work,
                        void *arg);
    /* A write that no other process is beside: for changes to the schema. */
    struct err *(*write_alone)(struct sql *db, struct ctx *c, sql_work *work, void *arg);
    /* A short write of its own beside the transaction under way; NULL: there can be no two. */
    struct err *(*write_beside)(struct sql *db, struct ctx *c, sql_work *work, void *arg);
    struct err *(*run)(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, int64_t *changed,
                       const struct sql_call *call);
    struct err *(*script)(struct sql_tx *tx, struct ctx *c, const char *text);
    void (*on_batch)(struct sql *db, void (*fn)(void *self), void *self);
    void (*on_foreign_write)(struct sql *db, void (*fn)(void *self), void *self);
    void (*stats)(struct sql *db, struct sql_stats *out);
    bool keeps_schema; /* a change of the schema stays when its transaction fails */
};

struct id_segments;

/* First in what a driver makes. */
struct sql {
    const struct sql_driver *driver;
    struct id_segments *segments; /* ids taken ahead; NULL: each comes from its transaction */
};

/* One function to call when the transaction has been committed. In the request's arena. */
struct sql_hook {
    struct sql_hook *next;
    void (*fn)(void *arg);
    void *arg;
};

/* First in what a driver makes of it. Lives as long as the work it was made for. */
struct sql_tx {
    struct sql *db; /* borrowed */
    bool writes;
    enum sql_reading reading;            /* when it does not */
    bool asked;                          /* a statement has been run */
    struct sql_hook *hooks, **hooks_end; /* of the job under way, in order */
};

static inline void sql_tx_begin_hooks(struct sql_tx *tx)
{
    tx->hooks = NULL;
    tx->hooks_end = &tx->hooks;
}

static inline void sql_tx_run_hooks(const struct sql_hook *hook)
{
    for (; hook; hook = hook->next)
        hook->fn(hook->arg);
}

/* The reason of a failure that is over when the whole transaction runs again: others were in the
 * way. The code is ERR_ABORTED; nobody outside sees it. */
extern const char SQL_COLLISION[];

/* Work that no other process is beside: for migrations. */
MUST_USE struct err *sql_write_alone(struct sql *db, struct ctx *c, sql_work *work, void *arg);

#endif
