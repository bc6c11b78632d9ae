/* Prepared statements of a MySQL connection: arguments in, rows out. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_STATEMENT_H
#define MYSQL_STATEMENT_H

#include "mysql_conn.h"

/* Runs it, prepared when first met; false: conn->failure says why not. Rows are copied into
 * c->arena. *changed: rows that an INSERT, UPDATE or DELETE met, changed or not. */
bool mysql_statement_run(struct mysql_conn *conn, struct ctx *c, struct sql_rows *rows,
                         int64_t *changed, const struct sql_call *call);

#endif
