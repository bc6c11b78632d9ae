/* The connections that only read, shared by all threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQLITE_READERS_H
#define SQLITE_READERS_H

#include "sqlite_conn.h"

/* Connections are opened when first needed and kept. Any thread may call any function. */
struct sqlite_readers;

struct sqlite_readers *sqlite_readers_create(struct str path, const struct sql_options *options);
void sqlite_readers_destroy(struct sqlite_readers *r); /* NULL is fine; nobody reads any more */

/* Lends a connection; waits while all are lent. ERR_TIMEOUT at the request's deadline. */
MUST_USE struct err *sqlite_readers_take(struct sqlite_readers *r, struct ctx *c,
                                         struct sqlite_conn **out);
void sqlite_readers_give(struct sqlite_readers *r, struct sqlite_conn *conn);

void sqlite_readers_stats(struct sqlite_readers *r, struct sql_stats *out);

#endif
