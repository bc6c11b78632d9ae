/* One SQL database: transactions, statements, rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQL_H
#define SQL_H

#include "executor.h"
#include "sql_values.h"

/*
 * SQLite when everything runs in one process: one writer thread that commits in groups, and a
 * pool of connections for reading (docs/decisions/one-writer.md). A struct sql may be used from any
 * thread. Statements use the dialect that SQLite and MySQL share; `?` is the only placeholder.
 */
struct sql;

/* A transaction on one connection. Belongs to the call it was handed to; never kept. */
struct sql_tx;

/* `path`: the database file; made when it does not exist. Fails with ERR_UNAVAILABLE. */
MUST_USE struct err *sql_open(struct ctx *c, struct str path, const struct sql_options *options,
                              struct sql **out);
void sql_close(struct sql *db); /* finishes what is queued; NULL is fine */

/* Work inside a transaction. Short, and without other I/O: every other write waits for it. */
typedef struct err *sql_work(struct sql_tx *tx, struct ctx *c, void *arg);

/*
 * Runs work as one job of the writer: on success everything it wrote is durable when this returns;
 * on failure nothing of it remains. Inside a write it simply runs, as part of that transaction.
 * ERR_EXHAUSTED: too many writes are waiting, nothing was done.
 */
MUST_USE struct err *sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg);

/* Runs work on one snapshot. Inside a transaction it sees what that transaction has written. */
MUST_USE struct err *sql_read(struct sql *db, struct ctx *c, sql_work *work, void *arg);

/*
 * The writer as an executor: a task submitted here runs with task->c->tx set, so that every
 * sql_write() it makes is part of one transaction; done() runs when that has been committed.
 */
struct executor *sql_writer(struct sql *db);

/*
 * Calls fn(arg) on the writer's thread when the transaction has been committed, before anything in
 * its batch is answered; never when it failed. `arg` lives until then (in the request's arena).
 */
void sql_on_commit(struct sql_tx *tx, struct ctx *c, void (*fn)(void *arg), void *arg);

/* Calls fn(self) once per committed batch, after every sql_on_commit() of it. Set at start-up. */
void sql_on_batch(struct sql *db, void (*fn)(void *self), void *self);

/* Calls fn(self) on the writer's thread soon after another process has committed to the database:
 * what is remembered of rows may be wrong. Set at start-up. */
void sql_on_foreign_write(struct sql *db, void (*fn)(void *self), void *self);

/* ---- statements: `text` is a literal; it is prepared once per connection ---- */

/* sql_query(tx, c, &rows, "SELECT ... WHERE id = ?", sql_int(id)) */
#define sql_query(tx, c, rows, text, ...) \
    sql_run((tx), (c), (rows), NULL, (text), SQL_ARGS(__VA_ARGS__))
#define sql_exec(tx, c, text, ...) sql_run((tx), (c), NULL, NULL, (text), SQL_ARGS(__VA_ARGS__))
/* The same, telling how many rows were inserted, updated or deleted. */
#define sql_exec_count(tx, c, count, text, ...) \
    sql_run((tx), (c), NULL, (count), (text), SQL_ARGS(__VA_ARGS__))

/* A broken unique key is ERR_EXISTS, a full disk ERR_EXHAUSTED, a missed deadline ERR_TIMEOUT, a
 * damaged file ERR_DATA_LOSS. */
MUST_USE struct err *sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                             int64_t *changed, const char *text, struct sql_args args);

/* Runs several statements without arguments: migrations. A BIGINT PRIMARY KEY is the row's place.
 */
MUST_USE struct err *sql_script(struct sql_tx *tx, struct ctx *c, const char *text);

/*
 * A copy of the database file `from`, consistent whatever is written meanwhile and by whom, in a
 * new file `to`. Needs no struct sql. ERR_NOT_FOUND: there is no such file. A database that is
 * damaged is not copied.
 */
MUST_USE struct err *sql_snapshot(struct ctx *c, struct str from, struct str to);

struct sql_stats sql_stats(struct sql *db);

#endif
