/* A bounded number of connections to one MySQL server, lent one at a time. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_POOL_H
#define MYSQL_POOL_H

#include "mysql_conn.h"

/* Connections are opened when first needed and kept, the warmest on top. Any thread may call any
 * function. */
struct mysql_pool;

/* Place, options and watch are borrowed, and outlive the pool. `max`: connections. */
struct mysql_pool *mysql_pool_create(const struct mysql_place *place, enum mysql_role role,
                                     size_t max, const struct sql_options *options,
                                     struct mysql_watch *watch);
void mysql_pool_destroy(struct mysql_pool *p); /* NULL is fine; all are given back */

/*
 * Lends a connection; waits while all are lent. ERR_TIMEOUT at the request's deadline.
 * ERR_EXHAUSTED: too many wait already. ERR_UNAVAILABLE: the server cannot be reached; for a moment
 * after that nobody tries again, and everybody is told so at once.
 */
MUST_USE struct err *mysql_pool_take(struct mysql_pool *p, struct ctx *c, struct mysql_conn **out);

/* Takes it back. One that is lost is closed, and so are all as old: their server is gone. */
void mysql_pool_give(struct mysql_pool *p, struct mysql_conn *conn);

struct mysql_pool_stats {
    size_t open, busy, waiting;
    uint64_t takes, waits, wait_ns, refused, connects, losses;
};
struct mysql_pool_stats mysql_pool_stats(struct mysql_pool *p);

#endif
