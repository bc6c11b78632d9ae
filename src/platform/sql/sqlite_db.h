/* A database in a file of SQLite's. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQLITE_DB_H
#define SQLITE_DB_H

#include "sql_tx.h"
#include "sqlite_conn.h"

/* What a transaction is here. */
struct sqlite_tx {
    struct sql_tx base; /* first */
    struct sqlite_conn *conn;
};

/* One writer thread, a pool of connections that read. */
MUST_USE struct err *sqlite_db_open(struct ctx *c, struct str path,
                                    const struct sql_options *options, struct sql **out);

#endif
