/* The pool: a stack under a mutex, and a pause after a failure to connect. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"

enum { PAUSE_MIN_MS = 20, PAUSE_MAX_MS = 500 };

struct mysql_pool {
    const struct mysql_place *place;
    const struct sql_options *options;
    struct mysql_watch *watch;
    enum mysql_role role;
    size_t max;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t given;
    size_t open, idle, waiting;
    uint64_t age; /* moves when a connection is lost: older ones are not lent again */
    int64_t pause_ms, paused_until_ns;
    struct mysql_pool_stats counts;
    struct mysql_conn *stack[];
};

static void init_locks(struct mysql_pool *p)
{
    pthread_condattr_t attr;

    if (pthread_mutex_init(&p->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&p->given, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
}

struct mysql_pool *mysql_pool_create(const struct mysql_place *place, enum mysql_role role,
                                     size_t max, const struct sql_options *options,
                                     struct mysql_watch *watch)
{
    struct mysql_pool *p = calloc(1, sizeof(*p) + max * sizeof(struct mysql_conn *));

    if (!p)
        abort();
    p->place = place;
    p->options = options;
    p->watch = watch;
    p->role = role;
    p->max = max;
    init_locks(p);
    return p;
}

void mysql_pool_destroy(struct mysql_pool *p)
{
    if (!p)
        return;
    while (p->idle)
        mysql_conn_close(p->stack[--p->idle]);
    pthread_cond_destroy(&p->given);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

/* ---- lending ---- */

/* False at the deadline. */
static bool wait_given(struct mysql_pool *p, int64_t deadline_ns)
{
    struct timespec until = {deadline_ns / CLOCK_NS_PER_S, deadline_ns % CLOCK_NS_PER_S};

    if (!deadline_ns)
        return pthread_cond_wait(&p->given, &p->lock) == 0;
    return pthread_cond_timedwait(&p->given, &p->lock, &until) == 0;
}

/* Until one is idle or may be opened. */
static struct err *wait_turn(struct mysql_pool *p, struct ctx *c)
{
    int64_t began = clock_monotonic_ns();
    bool waiting = true;

    if (p->idle || p->open < p->max)
        return NULL;
    if (p->waiting >= p->options->queue_max) {
        p->counts.refused++;
        return err_new(c, ERR_EXHAUSTED, "too many wait for a connection to the database");
    }
    p->waiting++;
    p->counts.waits++;
    while (!p->idle && p->open == p->max && waiting)
        waiting = wait_given(p, c->deadline_ns);
    p->waiting--;
    p->counts.wait_ns += (uint64_t)(clock_monotonic_ns() - began);
    if (p->idle || p->open < p->max)
        return NULL;
    return err_new(c, ERR_TIMEOUT, "all %zu connections to the database are busy", p->max);
}

/* NULL: there is none. Those that are too old are put on the list of the dead. */
static struct mysql_conn *pop_idle(struct mysql_pool *p, struct mysql_conn **dead, size_t *count)
{
    while (p->idle) {
        struct mysql_conn *conn = p->stack[--p->idle];

        if (conn->age == p->age)
            return conn;
        dead[(*count)++] = conn;
        p->open--;
    }
    return NULL;
}

/* One that is idle, or the right to open one: *out is NULL then. */
static struct err *take_turn(struct mysql_pool *p, struct ctx *c, struct mysql_conn **out,
                             uint64_t *age)
{
    struct mysql_conn **dead = arena_array(c->arena, struct mysql_conn *, p->max);
    size_t count = 0;

    pthread_mutex_lock(&p->lock);
    struct err *e = wait_turn(p, c);

    if (!e) {
        *out = pop_idle(p, dead, &count);
        if (!*out && clock_monotonic_ns() < p->paused_until_ns)
            e = err_new(c, ERR_UNAVAILABLE, "%s could not be reached a moment ago",
                        p->place->shown);
    }
    if (!e) {
        p->counts.takes++;
        p->open += !*out;
        *age = p->age;
    }
    pthread_mutex_unlock(&p->lock);
    while (count)
        mysql_conn_close(dead[--count]);
    return e;
}

/* Pauses grow while the server is away. */
static void note_connect(struct mysql_pool *p, bool failed)
{
    pthread_mutex_lock(&p->lock);
    p->counts.connects += !failed;
    if (failed) {
        p->open--;
        p->pause_ms = p->pause_ms ? p->pause_ms * 2 : PAUSE_MIN_MS;
        p->pause_ms = p->pause_ms > PAUSE_MAX_MS ? PAUSE_MAX_MS : p->pause_ms;
        p->paused_until_ns = clock_monotonic_ns() + p->pause_ms * CLOCK_NS_PER_MS;
    } else {
        p->pause_ms = 0;
        p->paused_until_ns = 0;
    }
    pthread_mutex_unlock(&p->lock);
    if (failed)
        pthread_cond_signal(&p->given);
}

struct err *mysql_pool_take(struct mysql_pool *p, struct ctx *c, struct mysql_conn **out)
{
    struct mysql_conn *conn = NULL;
    uint64_t age = 0;

    TRY(take_turn(p, c, &conn, &age));
    if (!conn) {
        struct err *e = mysql_conn_open(c, p->place, p->role, p->options, p->watch, &conn);

        note_connect(p, e != NULL);
        TRY(e);
        conn->age = age;
    }
    *out = conn;
    return NULL;
}

void mysql_pool_give(struct mysql_pool *p, struct mysql_conn *conn)
{
    bool dead = conn->lost;

    pthread_mutex_lock(&p->lock);
    if (dead) {
        p->open--;
        p->counts.losses++;
        if (!conn->watched.cut && conn->age == p->age)
            p->age++;
    } else {
        p->stack[p->idle++] = conn;
    }
    pthread_mutex_unlock(&p->lock);
    pthread_cond_signal(&p->given);
    if (dead)
        mysql_conn_close(conn);
}

struct mysql_pool_stats mysql_pool_stats(struct mysql_pool *p)
{
    pthread_mutex_lock(&p->lock);
    struct mysql_pool_stats stats = p->counts;

    stats.open = p->open;
    stats.busy = p->open - p->idle;
    stats.waiting = p->waiting;
    pthread_mutex_unlock(&p->lock);
    return stats;
}
