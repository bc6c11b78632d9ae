/* One SQL database: transactions, statements, rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQL_H
#define SQL_H

#include "executor.h"
#include "sql_values.h"

/*
 * Two drivers stand behind this face. A file is SQLite's: one writer thread that commits in groups,
 * and a pool of connections for reading (docs/decisions/one-writer.md). A place that begins with
 * "mysql://" is a server's, shared with other processes: pools of connections, and writes race
 * (docs/decisions/shared-database.md). A struct sql may be used from any thread. Statements use
 * what SQLite, MariaDB, MySQL, TiDB and Vitess all accept; `?` is the only placeholder.
 */
struct sql;

/* A transaction on one connection. Belongs to the call it was handed to; never kept. */
struct sql_tx;

/*
 * `place`: a file, made when it does not exist; or mysql://USER:PASSWORD@HOST:PORT/DATABASE, where
 * the database exists. Fails with ERR_UNAVAILABLE; ERR_INVALID: no such place can be.
 */
MUST_USE struct err *sql_open(struct ctx *c, struct str place, const struct sql_options *options,
                              struct sql **out);
void sql_close(struct sql *db); /* finishes what is queued; NULL is fine */

/*
 * Work inside a transaction. Short, and without other I/O: others wait for it. A shared database
 * may run it again from the start, after undoing it: it sets what `arg` points to and never adds.
 */
typedef struct err *sql_work(struct sql_tx *tx, struct ctx *c, void *arg);

/*
 * Runs work as one transaction: on success everything it wrote is durable when this returns; on
 * failure nothing of it remains. Inside a write it simply runs, as part of that transaction.
 * ERR_EXHAUSTED: too many writes are waiting, nothing was done. ERR_UNAVAILABLE with the reason
 * SQL_OUTCOME_UNKNOWN: the connection was lost in the commit; all of it holds, or nothing.
 */
MUST_USE struct err *sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg);
extern const char SQL_OUTCOME_UNKNOWN[];

/* Runs work on one snapshot. Inside a transaction it sees what that transaction has written. */
MUST_USE struct err *sql_read(struct sql *db, struct ctx *c, sql_work *work, void *arg);

/* The same for a single statement: a server is asked once, not three times. ERR_INTERNAL: two. */
MUST_USE struct err *sql_read_one(struct sql *db, struct ctx *c, sql_work *work, void *arg);

/* That on a replica, if one answers: what others wrote, some time ago, never what oneself wrote. */
MUST_USE struct err *sql_read_stale(struct sql *db, struct ctx *c, sql_work *work, void *arg);

/* Of a list that belongs to somebody: stale if somebody else asks for it. */
MUST_USE struct err *sql_read_of(struct sql *db, struct ctx *c, int64_t owner, sql_work *work,
                                 void *arg);

/*
 * The writer as an executor: a task submitted here runs with task->c->tx set, so that every
 * sql_write() it makes is part of one transaction; done() runs when that has been committed. Of a
 * shared database there is no such thread: all of that happens on the one that submits.
 */
struct executor *sql_writer(struct sql *db);

/*
 * Calls fn(arg) on the thread of the transaction when it has been committed, before anything in its
 * batch is answered; never when it failed. `arg` lives until then (in the request's arena).
 */
void sql_on_commit(struct sql_tx *tx, struct ctx *c, void (*fn)(void *arg), void *arg);

/* Calls fn(self) once per committed batch, after every sql_on_commit() of it; on a shared database
 * a batch is one transaction, and several threads may call at once. Set at start-up. */
void sql_on_batch(struct sql *db, void (*fn)(void *self), void *self);

/* Calls fn(self) on the writer's thread soon after another process has committed: what is
 * remembered of rows may be wrong. Set at start-up. A shared database never tells: others write to
 * it all the time, and nothing of it may be remembered. */
void sql_on_foreign_write(struct sql *db, void (*fn)(void *self), void *self);

/* ---- statements: `text` is a literal; it is prepared once per connection ---- */

/* sql_query(tx, c, &rows, "SELECT ... WHERE id = ?", sql_int(id)) */
#define sql_query(tx, c, rows, text, ...) \
    sql_run((tx), (c), (rows), NULL, (text), SQL_ARGS(__VA_ARGS__))
#define sql_exec(tx, c, text, ...) sql_run((tx), (c), NULL, NULL, (text), SQL_ARGS(__VA_ARGS__))
/* The same, telling how many rows were inserted, updated or deleted. */
#define sql_exec_count(tx, c, count, text, ...) \
    sql_run((tx), (c), NULL, (count), (text), SQL_ARGS(__VA_ARGS__))

/*
 * One statement for a list of ids, SQL_IDS_MAX at most, behind its other arguments; the rows come
 * in any order. `texts` is made with SQL_IDS("SELECT id, name FROM t WHERE id IN (", ")"). The text
 * for more ids than there are is filled up with the last.
 */
#define sql_query_ids(tx, c, rows, texts, ids, count, ...) \
    sql_run_ids((tx), (c), (rows), (texts), (struct sql_ids){(ids), (count)}, SQL_ARGS(__VA_ARGS__))

/*
 * Reads rows as they are now, and keeps others from changing them until the transaction ends: what
 * is written next may depend on them. Rows that are missing are not kept missing.
 */
#define sql_lock(tx, c, rows, text, ...) \
    sql_run_lock((tx), (c), (rows), (text), SQL_ARGS(__VA_ARGS__))

/* Inserts a row unless its key is there already: *inserted tells. */
#define sql_insert(tx, c, inserted, text, ...) \
    sql_run_insert((tx), (c), (inserted), (text), SQL_ARGS(__VA_ARGS__))
/*
 * Inserts a row, or gives the one of that key the same values; the first `keys` columns make the
 * key. It is this transaction's until it ends. The table has no other unique key, and `text` is
 * "INSERT INTO t (a, b) VALUES (?, ?)", used for nothing else.
 */
#define sql_put(tx, c, keys, text, ...) \
    sql_run_put((tx), (c), (keys), (text), SQL_ARGS(__VA_ARGS__))
/* Inserts a row, or leaves the one of that key as it is; it is this transaction's until it ends. To
 * look first and insert what is missing makes a server's transactions wait in circles. */
#define sql_hold(tx, c, text, ...) sql_run_put((tx), (c), SIZE_MAX, (text), SQL_ARGS(__VA_ARGS__))

/* Inserts a row that nobody else may have inserted; if somebody has, the work runs again. */
#define sql_insert_missing(tx, c, text, ...) \
    sql_run_insert((tx), (c), NULL, (text), SQL_ARGS(__VA_ARGS__))

/* A broken unique key is ERR_EXISTS, a full disk ERR_EXHAUSTED, a missed deadline ERR_TIMEOUT, a
 * damaged file ERR_DATA_LOSS. */
MUST_USE struct err *sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                             int64_t *changed, const char *text, struct sql_args args);

MUST_USE struct err *sql_run_ids(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                                 const char *const texts[], struct sql_ids ids,
                                 struct sql_args before);
MUST_USE struct err *sql_run_lock(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows,
                                  const char *text, struct sql_args args);
MUST_USE struct err *sql_run_put(struct sql_tx *tx, struct ctx *c, size_t keys, const char *text,
                                 struct sql_args args);
MUST_USE struct err *sql_run_insert(struct sql_tx *tx, struct ctx *c, bool *inserted,
                                    const char *text, struct sql_args args);

/* Runs several statements without arguments: migrations. A BIGINT PRIMARY KEY is the row's place.
 * A change of the schema of a shared database stays, whatever becomes of the transaction. */
MUST_USE struct err *sql_script(struct sql_tx *tx, struct ctx *c, const char *text);

/*
 * A copy of the database file `from`, consistent whatever is written meanwhile and by whom, in a
 * new file `to`. Needs no struct sql. ERR_NOT_FOUND: there is no such file. A database that is
 * damaged is not copied.
 */
MUST_USE struct err *sql_snapshot(struct ctx *c, struct str from, struct str to);

struct sql_stats sql_stats(struct sql *db);

#endif
