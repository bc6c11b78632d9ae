/* SQLite's side of sql.h: writes go to one thread, reads to a pool. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite_db.h"

#include <semaphore.h>
#include <stdlib.h>

#include "sqlite_readers.h"
#include "sqlite_writer.h"

struct sqlite_db {
    struct sql base; /* first */
    struct sqlite_writer *writer;
    struct sqlite_readers *readers;
};

static struct sqlite_db *of(struct sql *db)
{
    return (struct sqlite_db *)db;
}

static void close_db(struct sql *base)
{
    struct sqlite_db *db = of(base);

    sqlite_writer_close(db->writer); /* its last jobs may still read */
    sqlite_readers_destroy(db->readers);
    free(db);
}

static struct executor *writer(struct sql *db)
{
    return sqlite_writer_executor(of(db)->writer);
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

static struct err *write_job(struct sql *db, struct ctx *c, sql_work *work, void *arg)
{
    struct waiting_job job = {
        .task = {.c = c, .run = run_work, .done = wake_up}, .work = work, .arg = arg};

    if (sem_init(&job.answered, 0, 0) != 0)
        abort();
    if (!executor_submit(writer(db), &job.task)) {
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
static struct err *read_on(struct sqlite_tx *tx, struct ctx *c, sql_work *work, void *arg)
{
    int rc = sqlite_conn_do(tx->conn, "BEGIN");

    if (rc != SQLITE_OK)
        return sqlite_conn_failed(tx->conn, c, rc, "BEGIN");
    c->tx = &tx->base;
    struct err *e = work(&tx->base, c, arg);

    if (sqlite_conn_do(tx->conn, "COMMIT") != SQLITE_OK)
        (void)sqlite_conn_do(tx->conn, "ROLLBACK");
    return e;
}

static struct err *read_some(struct sql *base, struct ctx *c, enum sql_reading how, sql_work *work,
                             void *arg)
{
    struct sqlite_db *db = of(base);
    struct sqlite_tx tx = {.base = {.db = base, .reading = how}};

    TRY(sqlite_readers_take(db->readers, c, &tx.conn));
    struct sql_tx *outer = c->tx;
    struct err *e = read_on(&tx, c, work, arg);

    c->tx = outer;
    sqlite_readers_give(db->readers, tx.conn);
    return e;
}

static void on_batch(struct sql *db, void (*fn)(void *self), void *self)
{
    sqlite_writer_on_batch(of(db)->writer, fn, self);
}

static void on_foreign_write(struct sql *db, void (*fn)(void *self), void *self)
{
    sqlite_writer_on_foreign(of(db)->writer, fn, self);
}

/* One writer: what it reads stays as it is, locked or not. */
static struct err *run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, int64_t *changed,
                       const struct sql_call *call)
{
    return sqlite_conn_run(((struct sqlite_tx *)tx)->conn, c, rows, changed, call);
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

static struct err *script(struct sql_tx *tx, struct ctx *c, const char *text)
{
    return sqlite_conn_script(((struct sqlite_tx *)tx)->conn, c, with_row_keys(c, text));
}

static void stats(struct sql *db, struct sql_stats *out)
{
    sqlite_writer_stats(of(db)->writer, out);
    sqlite_readers_stats(of(db)->readers, out);
}

/* One process has the file, and nobody has a copy of it. */
static const struct sql_driver driver = {
    .close = close_db,
    .writer = writer,
    .write = write_job,
    .read = read_some,
    .write_alone = write_job,
    .run = run,
    .script = script,
    .on_batch = on_batch,
    .on_foreign_write = on_foreign_write,
    .stats = stats,
};

struct err *sqlite_db_open(struct ctx *c, struct str path, const struct sql_options *options,
                           struct sql **out)
{
    struct sqlite_db *db = calloc(1, sizeof(*db));

    if (!db)
        abort();
    db->base.driver = &driver;
    struct err *e = sqlite_writer_open(&db->base, c, path, options, &db->writer);
    if (e) {
        close_db(&db->base);
        return e;
    }
    db->readers = sqlite_readers_create(path, options);
    *out = &db->base;
    return NULL;
}
