/* The pool of reading connections: a stack under a mutex, the warmest on top. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite_readers.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"

struct sqlite_readers {
    char *path;
    struct sql_options options;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t given;
    size_t open, idle;
    uint64_t reads;
    struct sqlite_conn *stack[];
};

static void init_locks(struct sqlite_readers *r)
{
    pthread_condattr_t attr;

    if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&r->given, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
}

struct sqlite_readers *sqlite_readers_create(struct str path, const struct sql_options *options)
{
    struct sqlite_readers *r =
        calloc(1, sizeof(*r) + options->readers_max * sizeof(struct sqlite_conn *));

    if (!r || !(r->path = strndup(path.ptr, path.len)))
        abort();
    r->options = *options;
    init_locks(r);
    return r;
}

void sqlite_readers_destroy(struct sqlite_readers *r)
{
    if (!r)
        return;
    while (r->idle)
        sqlite_conn_close(r->stack[--r->idle]);
    pthread_cond_destroy(&r->given);
    pthread_mutex_destroy(&r->lock);
    free(r->path);
    free(r);
}

/* False at the deadline. */
static bool wait_given(struct sqlite_readers *r, int64_t deadline_ns)
{
    struct timespec until = {deadline_ns / CLOCK_NS_PER_S, deadline_ns % CLOCK_NS_PER_S};

    if (!deadline_ns)
        return pthread_cond_wait(&r->given, &r->lock) == 0;
    return pthread_cond_timedwait(&r->given, &r->lock, &until) == 0;
}

/* NULL with *may_open: a new one may be opened and is counted already. */
static struct sqlite_conn *idle_one(struct sqlite_readers *r, struct ctx *c, bool *may_open)
{
    struct sqlite_conn *conn = NULL;
    bool waiting = true;

    pthread_mutex_lock(&r->lock);
    while (!r->idle && r->open == r->options.readers_max && waiting)
        waiting = wait_given(r, c->deadline_ns);
    *may_open = !r->idle && r->open < r->options.readers_max;
    if (r->idle)
        conn = r->stack[--r->idle];
    else if (*may_open)
        r->open++;
    r->reads++;
    pthread_mutex_unlock(&r->lock);
    return conn;
}

struct err *sqlite_readers_take(struct sqlite_readers *r, struct ctx *c, struct sqlite_conn **out)
{
    bool may_open;
    struct sqlite_conn *conn = idle_one(r, c, &may_open);

    if (conn) {
        *out = conn;
        return NULL;
    }
    if (!may_open)
        return err_new(c, ERR_TIMEOUT, "all %zu reading connections are busy",
                       r->options.readers_max);
    struct err *e = sqlite_conn_open(c, str_of(r->path), SQLITE_ROLE_READER, &r->options, out);

    if (e) {
        pthread_mutex_lock(&r->lock);
        r->open--;
        pthread_mutex_unlock(&r->lock);
    }
    return e;
}

void sqlite_readers_give(struct sqlite_readers *r, struct sqlite_conn *conn)
{
    pthread_mutex_lock(&r->lock);
    r->stack[r->idle++] = conn;
    pthread_mutex_unlock(&r->lock);
    pthread_cond_signal(&r->given);
}

void sqlite_readers_stats(struct sqlite_readers *r, struct sql_stats *out)
{
    pthread_mutex_lock(&r->lock);
    out->reads = r->reads;
    out->readers_open = r->open;
    out->readers_busy = r->open - r->idle;
    pthread_mutex_unlock(&r->lock);
}
