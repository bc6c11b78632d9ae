/* The thread that copies SQLite's write-ahead log into the database file. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQLITE_CHECKPOINTER_H
#define SQLITE_CHECKPOINTER_H

#include "sqlite_conn.h"

/*
 * A passive checkpoint never catches up with a busy writer (measured: 120 MB of log in a second),
 * so beyond the limit the writer waits here until the log can start again.
 */
struct sqlite_checkpointer;

/* `writer`: the connection whose commits are watched; borrowed. */
MUST_USE struct err *sqlite_checkpointer_open(struct ctx *c, struct str path,
                                              struct sqlite_conn *writer,
                                              const struct sql_options *options,
                                              struct sqlite_checkpointer **out);
void sqlite_checkpointer_close(struct sqlite_checkpointer *p); /* NULL is fine */

/* The writer's, between two batches: returns at once unless the log is over its limit. */
void sqlite_checkpointer_bound_log(struct sqlite_checkpointer *p);

/* Any thread. */
size_t sqlite_checkpointer_log_pages(struct sqlite_checkpointer *p);
uint64_t sqlite_checkpointer_count(struct sqlite_checkpointer *p);

#endif
