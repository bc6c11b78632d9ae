/* The watching thread: sleeps until the nearest deadline of those that wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_watch.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

#include "clock.h"

struct mysql_watch {
    pthread_mutex_t lock; /* of what follows, and of all that is armed */
    pthread_cond_t nearer;
    struct mysql_watched *armed;
    int64_t wakes_ns; /* when the thread looks again; INT64_MAX: when told */
    bool stop;
    pthread_t thread;
};

static void unlink_one(struct mysql_watched *one)
{
    *one->link = one->next;
    if (one->next)
        one->next->link = one->link;
    one->link = NULL;
}

/* Cuts what is late; gives the nearest of the other deadlines. */
static int64_t cut_late(struct mysql_watch *w, int64_t now)
{
    int64_t nearest = INT64_MAX;

    for (struct mysql_watched *one = w->armed, *next; one; one = next) {
        next = one->next;
        if (one->deadline_ns <= now) {
            one->cut = true;
            (void)shutdown(one->fd, SHUT_RDWR);
            unlink_one(one);
        } else if (one->deadline_ns < nearest) {
            nearest = one->deadline_ns;
        }
    }
    return nearest;
}

static void sleep_until(struct mysql_watch *w)
{
    struct timespec until = {w->wakes_ns / CLOCK_NS_PER_S, w->wakes_ns % CLOCK_NS_PER_S};

    if (w->wakes_ns == INT64_MAX)
        (void)pthread_cond_wait(&w->nearer, &w->lock);
    else
        (void)pthread_cond_timedwait(&w->nearer, &w->lock, &until);
}

static void *watch(void *arg)
{
    struct mysql_watch *w = arg;

    (void)pthread_setname_np(pthread_self(), "sql-watch");
    pthread_mutex_lock(&w->lock);
    while (!w->stop) {
        w->wakes_ns = cut_late(w, clock_monotonic_ns());
        sleep_until(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct mysql_watch *mysql_watch_create(void)
{
    struct mysql_watch *w = calloc(1, sizeof(*w));
    pthread_condattr_t attr;

    if (!w || pthread_mutex_init(&w->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&w->nearer, &attr) != 0 ||
        pthread_create(&w->thread, NULL, watch, w) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    return w;
}

void mysql_watch_destroy(struct mysql_watch *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_mutex_unlock(&w->lock);
    pthread_cond_signal(&w->nearer);
    pthread_join(w->thread, NULL);
    pthread_cond_destroy(&w->nearer);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

void mysql_watch_arm(struct mysql_watch *w, struct mysql_watched *one, int fd, int64_t deadline_ns)
{
    *one = (struct mysql_watched){.fd = fd, .deadline_ns = deadline_ns};
    if (!deadline_ns)
        return;
    pthread_mutex_lock(&w->lock);
    one->next = w->armed;
    one->link = &w->armed;
    if (one->next)
        one->next->link = &one->next;
    w->armed = one;
    if (deadline_ns < w->wakes_ns)
        pthread_cond_signal(&w->nearer);
    pthread_mutex_unlock(&w->lock);
}

void mysql_watch_disarm(struct mysql_watch *w, struct mysql_watched *one)
{
    if (!one->deadline_ns)
        return;
    pthread_mutex_lock(&w->lock);
    if (one->link)
        unlink_one(one);
    one->deadline_ns = 0;
    pthread_mutex_unlock(&w->lock);
}
