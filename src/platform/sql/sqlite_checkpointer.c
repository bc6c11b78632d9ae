/* The checkpointer: woken by commits, bounded by a limit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite_checkpointer.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

enum { START_PAGES = 1000 }; /* measured: 1,000 to 2,000 pages is where it costs least */

struct sqlite_checkpointer {
    struct sqlite_conn *conn;
    struct sqlite_conn *writer; /* borrowed */
    pthread_t thread;
    bool started;
    size_t limit; /* pages */
    _Atomic size_t pages;
    _Atomic uint64_t count;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    bool wanted, stop;
};

static void checkpoint(struct sqlite_conn *conn)
{
    (void)sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
}

static void *work(void *arg)
{
    struct sqlite_checkpointer *p = arg;

    (void)pthread_setname_np(pthread_self(), "checkpointer");
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        if (!p->wanted) {
            pthread_cond_wait(&p->changed, &p->lock);
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        checkpoint(p->conn);
        atomic_fetch_add(&p->count, 1);
        pthread_mutex_lock(&p->lock);
        p->wanted = false;
        pthread_cond_broadcast(&p->changed);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

/* Called by SQLite on the writer's thread after each commit. */
static int on_commit(void *arg, sqlite3 *db, const char *name, int pages)
{
    struct sqlite_checkpointer *p = arg;

    (void)db, (void)name;
    atomic_store(&p->pages, (size_t)pages);
    if (pages < START_PAGES)
        return SQLITE_OK;
    pthread_mutex_lock(&p->lock);
    p->wanted = true;
    pthread_mutex_unlock(&p->lock);
    pthread_cond_broadcast(&p->changed);
    return SQLITE_OK;
}

struct err *sqlite_checkpointer_open(struct ctx *c, struct str path, struct sqlite_conn *writer,
                                     const struct sql_options *options,
                                     struct sqlite_checkpointer **out)
{
    struct sqlite_checkpointer *p = calloc(1, sizeof(*p));
    struct err *e;

    if (!p)
        abort();
    *p = (struct sqlite_checkpointer){.writer = writer, .limit = options->log_max_pages};
    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_cond_init(&p->changed, NULL) != 0)
        abort();
    e = sqlite_conn_open(c, path, SQLITE_ROLE_CHECKPOINTER, options, &p->conn);
    if (e)
        goto fail;
    if (pthread_create(&p->thread, NULL, work, p) != 0) {
        e = err_new(c, ERR_UNAVAILABLE, "no thread for checkpoints");
        goto fail;
    }
    p->started = true;
    sqlite3_wal_hook(writer->db, on_commit, p);
    *out = p;
    return NULL;

fail:
    sqlite_checkpointer_close(p);
    return e;
}

static void stop_thread(struct sqlite_checkpointer *p)
{
    sqlite3_wal_hook(p->writer->db, NULL, NULL);
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_mutex_unlock(&p->lock);
    pthread_cond_broadcast(&p->changed);
    pthread_join(p->thread, NULL);
}

void sqlite_checkpointer_close(struct sqlite_checkpointer *p)
{
    if (!p)
        return;
    if (p->started)
        stop_thread(p);
    sqlite_conn_close(p->conn);
    pthread_cond_destroy(&p->changed);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* The log starts again at its beginning only when all of it has been copied: so the rest is copied
 * here, while nothing is written. */
void sqlite_checkpointer_bound_log(struct sqlite_checkpointer *p)
{
    if (atomic_load(&p->pages) < p->limit)
        return;
    pthread_mutex_lock(&p->lock);
    while (p->wanted && !p->stop)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
    checkpoint(p->writer);
    atomic_fetch_add(&p->count, 1);
}

size_t sqlite_checkpointer_log_pages(struct sqlite_checkpointer *p)
{
    return atomic_load(&p->pages);
}

uint64_t sqlite_checkpointer_count(struct sqlite_checkpointer *p)
{
    return atomic_load(&p->count);
}
