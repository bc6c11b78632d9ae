/* Scripts of the shared dialect, as a MySQL server takes them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_SCRIPT_H
#define MYSQL_SCRIPT_H

#include "mysql_conn.h"

/* Runs the statements one after the other. A table compares text byte for byte, whatever the
 * server's defaults; what only SQLite knows is left out. */
MUST_USE struct err *mysql_script_run(struct mysql_conn *conn, struct ctx *c, const char *text);

#endif
