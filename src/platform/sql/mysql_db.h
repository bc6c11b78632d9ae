/* A database on a MySQL server, shared with other processes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_DB_H
#define MYSQL_DB_H

#include "sql_tx.h"

bool mysql_db_serves(struct str place);

MUST_USE struct err *mysql_db_open(struct ctx *c, struct str place,
                                   const struct sql_options *options, struct sql **out);

#endif
