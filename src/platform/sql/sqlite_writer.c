/* The writer's thread: batches of tasks, a savepoint each, one commit for all. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite_writer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "clock.h"
#include "sqlite_checkpointer.h"
#include "task_queue.h"

enum { LOOK_MS = 200 };

/* One task of a batch with its outcome. */
struct job {
    struct task *task;
    struct err *e;
    struct sql_hook *hooks;
};

struct sqlite_writer {
    struct executor base; /* first: an executor is a writer */
    struct task_queue queue;
    struct sqlite_conn *conn;
    struct sqlite_checkpointer *checkpointer;
    struct sqlite_tx tx; /* of the batch under way */
    void (*on_batch)(void *self);
    void *on_batch_self;
    _Atomic(void (*)(void *self)) on_foreign; /* set when the thread runs already */
    void *on_foreign_self;
    int64_t version, next_look_ns;
    pthread_t thread;
    bool started;
    _Atomic uint64_t commits, jobs, failed_jobs, commit_ns;
    size_t batch_max;
    struct job batch[SQL_BATCH_MAX];
};

static bool submit(struct executor *self, struct task *task)
{
    return task_queue_push(&((struct sqlite_writer *)self)->queue, task);
}

/* Why the transaction is gone: the neighbours of the one that met it are told the same. */
static int failure_of(const struct sqlite_conn *conn, const struct err *e)
{
    int rc = sqlite3_extended_errcode(conn->db);

    if (e && e->reason == ERR_DISK_FULL) /* SQLite may have forgotten it by now */
        return SQLITE_FULL;
    return rc == SQLITE_OK ? SQLITE_ABORT : rc;
}

/* Under a savepoint: what fails leaves nothing, and its neighbours in the batch do not notice. */
static int run_job(struct sqlite_writer *w, struct job *job)
{
    struct ctx *c = job->task->c;
    int rc = sqlite_conn_do(w->conn, "SAVEPOINT job");

    if (rc != SQLITE_OK)
        return rc;
    sql_tx_begin_hooks(&w->tx.base);
    c->tx = &w->tx.base;
    job->e = job->task->run(job->task);
    c->tx = NULL;
    job->hooks = w->tx.base.hooks;
    if (sqlite3_get_autocommit(w->conn->db)) /* a full disk or an I/O error undid the whole batch */
        return failure_of(w->conn, job->e);
    if (job->e)
        rc = sqlite_conn_do(w->conn, "ROLLBACK TO job");
    return rc == SQLITE_OK ? sqlite_conn_do(w->conn, "RELEASE job") : rc;
}

static int commit(struct sqlite_writer *w)
{
    int64_t began = clock_monotonic_ns();
    int rc = sqlite_conn_do(w->conn, "COMMIT");

    atomic_fetch_add(&w->commit_ns, (uint64_t)(clock_monotonic_ns() - began));
    atomic_fetch_add(&w->commits, 1);
    return rc;
}

/* Nothing of the batch was kept: whoever succeeded hears of it; who failed keeps his own reason. */
static void fail_all(struct sqlite_writer *w, struct job *jobs, size_t count, int rc)
{
    for (size_t i = 0; i < count; i++)
        if (!jobs[i].e)
            jobs[i].e = sqlite_conn_failed(w->conn, jobs[i].task->c, rc, "commit");
    if (!sqlite3_get_autocommit(w->conn->db))
        (void)sqlite_conn_do(w->conn, "ROLLBACK");
}

/* First the caches of the whole batch, then the answers: nobody reads older than he wrote. */
static void answer(struct sqlite_writer *w, struct job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!jobs[i].e)
            sql_tx_run_hooks(jobs[i].hooks);
        else
            atomic_fetch_add(&w->failed_jobs, 1);
    }
    if (w->on_batch)
        w->on_batch(w->on_batch_self);
    atomic_fetch_add(&w->jobs, count);
    for (size_t i = 0; i < count; i++)
        jobs[i].task->done(jobs[i].task, jobs[i].e);
}

static void run_batch(struct sqlite_writer *w, struct task *list)
{
    struct job *jobs = w->batch;
    size_t count = 0;
    int rc = sqlite_conn_do(w->conn, "BEGIN IMMEDIATE");

    for (; list; list = list->next) {
        jobs[count] = (struct job){.task = list};
        if (rc == SQLITE_OK)
            rc = run_job(w, &jobs[count]);
        count++;
    }
    if (rc == SQLITE_OK)
        rc = commit(w);
    if (rc != SQLITE_OK)
        fail_all(w, jobs, count, rc);
    answer(w, jobs, count);
}

/* Another process may write too (duan admin): what is kept in memory hears of it here. */
static void look_for_foreign(struct sqlite_writer *w)
{
    int64_t now = clock_monotonic_ns();
    void (*fn)(void *self) = atomic_load(&w->on_foreign);

    if (!fn || now < w->next_look_ns)
        return;
    int64_t version = sqlite_conn_version(w->conn);

    if (version != w->version)
        fn(w->on_foreign_self);
    w->version = version;
    w->next_look_ns = now + (int64_t)LOOK_MS * CLOCK_NS_PER_MS;
}

static void *work(void *arg)
{
    struct sqlite_writer *w = arg;

    (void)pthread_setname_np(pthread_self(), "writer");
    for (;;) {
        while (
            !task_queue_wait(&w->queue, clock_monotonic_ns() + (int64_t)LOOK_MS * CLOCK_NS_PER_MS))
            look_for_foreign(w);
        struct task *list = task_queue_pop_many(&w->queue, w->batch_max);

        if (!list)
            return NULL;
        run_batch(w, list);
        sqlite_checkpointer_bound_log(w->checkpointer);
        look_for_foreign(w);
    }
}

struct err *sqlite_writer_open(struct sql *db, struct ctx *c, struct str path,
                               const struct sql_options *options, struct sqlite_writer **out)
{
    struct sqlite_writer *w = calloc(1, sizeof(*w));
    struct err *e;

    if (!w)
        abort();
    w->base.submit = submit;
    task_queue_init(&w->queue, options->queue_max);
    w->batch_max = options->batch_max < SQL_BATCH_MAX ? options->batch_max : SQL_BATCH_MAX;
    e = sqlite_conn_open(c, path, SQLITE_ROLE_WRITER, options, &w->conn);
    if (!e)
        e = sqlite_checkpointer_open(c, path, w->conn, options, &w->checkpointer);
    if (e)
        goto fail;
    w->version = sqlite_conn_version(w->conn);
    w->tx = (struct sqlite_tx){{.db = db, .writes = true}, w->conn};
    if (pthread_create(&w->thread, NULL, work, w) != 0) {
        e = err_new(c, ERR_UNAVAILABLE, "no thread for the writer");
        goto fail;
    }
    w->started = true;
    *out = w;
    return NULL;

fail:
    sqlite_writer_close(w);
    return e;
}

void sqlite_writer_close(struct sqlite_writer *w)
{
    if (!w)
        return;
    task_queue_close(&w->queue);
    if (w->started)
        pthread_join(w->thread, NULL);
    sqlite_checkpointer_close(w->checkpointer);
    sqlite_conn_close(w->conn);
    task_queue_fini(&w->queue);
    free(w);
}

struct executor *sqlite_writer_executor(struct sqlite_writer *w)
{
    return &w->base;
}

void sqlite_writer_on_batch(struct sqlite_writer *w, void (*fn)(void *self), void *self)
{
    w->on_batch_self = self;
    w->on_batch = fn;
}

void sqlite_writer_on_foreign(struct sqlite_writer *w, void (*fn)(void *self), void *self)
{
    w->on_foreign_self = self;
    atomic_store(&w->on_foreign, fn);
}

void sqlite_writer_stats(struct sqlite_writer *w, struct sql_stats *out)
{
    out->commits = atomic_load(&w->commits);
    out->jobs = atomic_load(&w->jobs);
    out->failed_jobs = atomic_load(&w->failed_jobs);
    out->commit_ns = atomic_load(&w->commit_ns);
    out->queued = task_queue_depth(&w->queue);
    out->refused = task_queue_refused(&w->queue);
    out->log_pages = sqlite_checkpointer_log_pages(w->checkpointer);
    out->checkpoints = sqlite_checkpointer_count(w->checkpointer);
}
