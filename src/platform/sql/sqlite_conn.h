/* One connection to SQLite, with its prepared statements. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQLITE_CONN_H
#define SQLITE_CONN_H

#include <sqlite3.h>

#include "sql_tx.h"

enum { STATEMENTS_MAX = 384 }; /* texts are literals, so the code itself bounds their number */

struct sqlite_prepared {
    const char *text; /* compared by address: a literal */
    sqlite3_stmt *stmt;
};

/* Used by one thread at a time. */
struct sqlite_conn {
    sqlite3 *db;
    struct sqlite_prepared prepared[STATEMENTS_MAX];
    int64_t deadline_ns; /* of the work under way; 0: none */
};

enum sqlite_role { SQLITE_ROLE_WRITER, SQLITE_ROLE_READER, SQLITE_ROLE_CHECKPOINTER };

MUST_USE struct err *sqlite_conn_open(struct ctx *c, struct str path, enum sqlite_role role,
                                      const struct sql_options *options, struct sqlite_conn **out);
void sqlite_conn_close(struct sqlite_conn *conn); /* NULL is fine */

/* One statement, arguments bound, rows copied into c->arena. */
MUST_USE struct err *sqlite_conn_run(struct sqlite_conn *conn, struct ctx *c, struct sql_rows *rows,
                                     int64_t *changed, const struct sql_call *call);

MUST_USE struct err *sqlite_conn_script(struct sqlite_conn *conn, struct ctx *c, const char *text);

/* BEGIN and its like: 0, or SQLite's code. */
int sqlite_conn_do(struct sqlite_conn *conn, const char *text);

/* Differs from one call to the next when another connection has committed in between. */
int64_t sqlite_conn_version(struct sqlite_conn *conn);

/* SQLite's code as a failure: `what` was being tried. */
struct err *sqlite_conn_failed(struct sqlite_conn *conn, struct ctx *c, int rc, const char *what);

#endif
