/* A lock of one process: a flag, and those who wait for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "lock_driver.h"

struct local_lock {
    struct lock base;      /* first */
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t released;
    bool held;
    int64_t fence;
};

/* False: the deadline has come. With the mutex. */
static bool wait_released(struct local_lock *l, int64_t deadline_ns)
{
    struct timespec until = {deadline_ns / CLOCK_NS_PER_S, deadline_ns % CLOCK_NS_PER_S};

    if (!deadline_ns)
        return pthread_cond_wait(&l->released, &l->mutex) == 0;
    return pthread_cond_timedwait(&l->released, &l->mutex, &until) == 0;
}

static struct err *take(struct lock *base, struct ctx *c, int64_t *fence)
{
    struct local_lock *l = (struct local_lock *)base;

    pthread_mutex_lock(&l->mutex);
    while (l->held && wait_released(l, c->deadline_ns))
        ;
    bool taken = !l->held;

    if (taken)
        *fence = ++l->fence;
    l->held = true;
    pthread_mutex_unlock(&l->mutex);
    return taken ? NULL : err_reason(c, ERR_TIMEOUT, LOCK_TAKEN, "another thread has it");
}

static bool held(struct lock *base)
{
    struct local_lock *l = (struct local_lock *)base;

    pthread_mutex_lock(&l->mutex);
    bool is_held = l->held;

    pthread_mutex_unlock(&l->mutex);
    return is_held;
}

static void release(struct lock *base)
{
    struct local_lock *l = (struct local_lock *)base;

    pthread_mutex_lock(&l->mutex);
    l->held = false;
    pthread_mutex_unlock(&l->mutex);
    pthread_cond_signal(&l->released);
}

static void destroy(struct lock *base)
{
    struct local_lock *l = (struct local_lock *)base;

    pthread_cond_destroy(&l->released);
    pthread_mutex_destroy(&l->mutex);
    free(l);
}

static const struct lock_driver driver = {take, held, release, destroy};

struct lock *lock_create_local(void)
{
    struct local_lock *l = calloc(1, sizeof(*l));
    pthread_condattr_t attr;

    if (!l || pthread_mutex_init(&l->mutex, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&l->released, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    l->base.driver = &driver;
    return &l->base;
}
