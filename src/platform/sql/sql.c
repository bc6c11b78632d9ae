/* A SQL database: who runs a transaction where, and how rows are read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sql.h"

#include <assert.h>
#include <semaphore.h>
#include <stdlib.h>

#include "sqlite_readers.h"
#include "sqlite_writer.h"

struct sql {
    struct sqlite_writer *writer;
    struct sqlite_readers *readers;
};

struct err *sql_open(struct ctx *c, struct str path, const struct sql_options *options,
                     struct sql **out)
{
    struct sql *db = calloc(1, sizeof(*db));

    if (!db)
        abort();
    struct err *e = sqlite_writer_open(db, c, path, options, &db->writer);
    if (e) {
        sql_close(db);
        return e;
    }
    db->readers = sqlite_readers_create(path, options);
    *out = db;
    return NULL;
}

void sql_close(struct sql *db)
{
    if (!db)
        return;
    sqlite_writer_close(db->writer); /* its last jobs may still read */
    sqlite_readers_destroy(db->readers);
    free(db);
}

struct executor *sql_writer(struct sql *db)
{
    return sqlite_writer_executor(db->writer);
}

/* A job of a thread that waits for it. */
struct waiting_job {
    struct task task; /* first */
    sql_work *work;
    void *arg;
    struct err *e;
    sem_t answered;
};

static struct err *run_work(struct task *task)
{
    struct waiting_job *job = (struct waiting_job *)task;

    return job->work(task->c->tx, task->c, job->arg);
}

static void wake_up(struct task *task, struct err *e)
{
    struct waiting_job *job = (struct waiting_job *)task;

    job->e = e;
    (void)sem_post(&job->answered);
}

struct err *sql_write(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    struct waiting_job job = {
        .task = {.c = c, .run = run_work, .done = wake_up}, .work = work, .arg = arg};

    if (c->tx && c->tx->db == db && c->tx->writes)
        return work(c->tx, c, arg);
    if (c->tx)
        return err_new(c, ERR_INTERNAL, "a write inside a reading transaction");
    if (sem_init(&job.answered, 0, 0) != 0)
        abort();
    if (!executor_submit(sql_writer(db), &job.task)) {
        (void)sem_destroy(&job.answered);
        return err_new(c, ERR_EXHAUSTED, "too many writes are waiting");
    }
    /* No deadline here: once queued the job uses this stack, and the writer never stands still. */
    while (sem_wait(&job.answered) != 0)
        continue;
    (void)sem_destroy(&job.answered);
    return job.e;
}

/* BEGIN .. COMMIT around reads is one snapshot, and five times cheaper than a lock per statement
 * (measured). */
static struct err *read_on(struct sql *db, struct ctx *c, struct sqlite_conn *conn, sql_work *work,
                           void *arg)
{
    struct sql_tx tx = {.db = db, .conn = conn};
    int rc = sqlite_conn_do(conn, "BEGIN");

    if (rc != SQLITE_OK)
        return sqlite_conn_failed(conn, c, rc, "BEGIN");
    c->tx = &tx;
    struct err *e = work(&tx, c, arg);

    c->tx = NULL;
    if (sqlite_conn_do(conn, "COMMIT") != SQLITE_OK)
        (void)sqlite_conn_do(conn, "ROLLBACK");
    return e;
}

struct err *sql_read(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    struct sqlite_conn *conn;

    if (c->tx && c->tx->db == db)
        return work(c->tx, c, arg);
    TRY(sqlite_readers_take(db->readers, c, &conn));
    struct sql_tx *outer = c->tx;
    struct err *e = read_on(db, c, conn, work, arg);

    c->tx = outer;
    sqlite_readers_give(db->readers, conn);
    return e;
}

void sql_on_commit(struct sql_tx *tx, struct ctx *c, void (*fn)(void *arg), void *arg)
{
    struct sql_hook *hook = arena_new(c->arena, struct sql_hook);

    assert(tx->writes);
    *hook = (struct sql_hook){.fn = fn, .arg = arg};
    *tx->hooks_end = hook;
    tx->hooks_end = &hook->next;
}

void sql_on_batch(struct sql *db, void (*fn)(void *self), void *self)
{
    sqlite_writer_on_batch(db->writer, fn, self);
}

void sql_on_foreign_write(struct sql *db, void (*fn)(void *self), void *self)
{
    sqlite_writer_on_foreign(db->writer, fn, self);
}

struct err *sql_run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, int64_t *changed,
                    const char *text, struct sql_args args)
{
    return sqlite_conn_run(tx->conn, c, rows, changed, text, args);
}

/*
 * SQLite takes a key for the row's own place only if its type is called INTEGER, which is too small
 * in the dialect that we share with MySQL. Any other key is a second tree, to be searched first.
 */
static const char *with_row_keys(struct ctx *c, const char *text)
{
    static const struct str shared = STR_INIT("BIGINT PRIMARY KEY");

    for (const char *at; (at = strstr(text, shared.ptr)) != NULL;)
        text = arena_printf(c->arena, "%.*sINTEGER PRIMARY KEY%s", (int)(at - text), text,
                            at + shared.len);
    return text;
}

struct err *sql_script(struct sql_tx *tx, struct ctx *c, const char *text)
{
    return sqlite_conn_script(tx->conn, c, with_row_keys(c, text));
}

struct sql_stats sql_stats(struct sql *db)
{
    struct sql_stats stats = {0};

    sqlite_writer_stats(db->writer, &stats);
    sqlite_readers_stats(db->readers, &stats);
    return stats;
}
