/* The one writer of a SQLite file: group commit. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQLITE_WRITER_H
#define SQLITE_WRITER_H

#include "sqlite_db.h"

/*
 * Any thread submits tasks; the writer's thread runs all that are waiting in one transaction, each
 * under a savepoint of its own, commits (one fsync), then answers them in order. The next batch is
 * whatever arrived during that commit: batches grow with the load, and no timer is needed.
 * A second thread copies the log into the database file; beyond a limit the writer waits for it.
 */
struct sqlite_writer;

MUST_USE struct err *sqlite_writer_open(struct sql *db, struct ctx *c, struct str path,
                                        const struct sql_options *options,
                                        struct sqlite_writer **out);
void sqlite_writer_close(struct sqlite_writer *w); /* runs what is queued first; NULL is fine */

struct executor *sqlite_writer_executor(struct sqlite_writer *w);
void sqlite_writer_on_batch(struct sqlite_writer *w, void (*fn)(void *self), void *self);
void sqlite_writer_on_foreign(struct sqlite_writer *w, void (*fn)(void *self), void *self);

/* Fills the fields of *out that are the writer's. */
void sqlite_writer_stats(struct sqlite_writer *w, struct sql_stats *out);

#endif
