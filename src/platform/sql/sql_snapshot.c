/* Copies of a database that is in use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <unistd.h>

#include "sql.h"
#include "sqlite_conn.h"

/* One statement, one snapshot: every table is read and written anew, so that what cannot be read is
 * noticed now. */
struct err *sql_snapshot(struct ctx *c, struct str from, struct str to)
{
    struct sqlite_conn *conn;

    if (access(arena_copy(c->arena, from).ptr, F_OK) != 0)
        return err_new(c, ERR_NOT_FOUND, "there is no database " STR_FMT, STR_ARG(from));
    TRY(sqlite_conn_open(c, from, SQLITE_ROLE_CHECKPOINTER, &sql_defaults, &conn));
    struct err *e = sqlite_conn_run(
        conn, c, NULL, NULL,
        &(struct sql_call){.text = "VACUUM INTO ?", .args = SQL_ARGS(sql_text(to))});

    sqlite_conn_close(conn);
    return e;
}
