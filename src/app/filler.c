/* The filler: a batch, then a pause in which others write. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "filler.h"

#include <pthread.h>
#include <stdlib.h>

#include "clock.h"
#include "log.h"
#include "user.h"
#include "video.h"

enum { PAUSE_MS = 5, RETRY_MS = 5000 };

typedef struct err *fill(struct sql *db, struct ctx *c, bool *more);

struct filler {
    struct {
        struct sql *db;
        fill *next;
    } kinds[2];
    struct log *log;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t stopped;
    bool stop;
};

/* False: it is to stop. */
static bool rest(struct filler *f, int64_t ms)
{
    int64_t at = clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
    struct timespec until = {at / CLOCK_NS_PER_S, at % CLOCK_NS_PER_S};

    pthread_mutex_lock(&f->lock);
    while (!f->stop && pthread_cond_timedwait(&f->stopped, &f->lock, &until) == 0)
        continue;
    bool goes_on = !f->stop;

    pthread_mutex_unlock(&f->lock);
    return goes_on;
}

/* One batch, with memory of its own. False: there are no more. */
static bool step(struct filler *f, struct sql *db, fill *next, int64_t *pause_ms)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    bool more = true;
    struct err *e = next(db, &c, &more);

    *pause_ms = e ? RETRY_MS : PAUSE_MS;
    if (e)
        log_warn(f->log, &c, "what is searched is not all in the index yet", log_err(e));
    arena_fini(&arena);
    return e || more;
}

static void *work(void *arg)
{
    struct filler *f = arg;
    int64_t pause_ms = 0;

    for (size_t i = 0; i < COUNT(f->kinds); i++)
        while (f->kinds[i].db && step(f, f->kinds[i].db, f->kinds[i].next, &pause_ms))
            if (!rest(f, pause_ms))
                return NULL;
    return NULL;
}

struct filler *filler_start(struct sql *users, struct sql *videos, struct log *log)
{
    struct filler *f = calloc(1, sizeof(*f));
    pthread_condattr_t monotonic;

    if (!f)
        abort();
    f->kinds[0].db = users;
    f->kinds[0].next = user_fill_search;
    f->kinds[1].db = videos;
    f->kinds[1].next = video_fill_search;
    f->log = log;
    pthread_mutex_init(&f->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&f->stopped, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&f->thread, NULL, work, f) != 0)
        abort();
    return f;
}

void filler_stop(struct filler *f)
{
    if (!f)
        return;
    pthread_mutex_lock(&f->lock);
    f->stop = true;
    pthread_cond_signal(&f->stopped);
    pthread_mutex_unlock(&f->lock);
    pthread_join(f->thread, NULL);
    pthread_cond_destroy(&f->stopped);
    pthread_mutex_destroy(&f->lock);
    free(f);
}
