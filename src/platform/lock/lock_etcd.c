/* A lock in etcd: a place in a line of keys, kept by a lease that a thread renews. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "etcd.h"
#include "lock_driver.h"

enum { BEATS_PER_TTL = 3, RELEASE_MS = 2000 };

/*
 * `turn` is held from take to release: threads of one process wait for each other here, and only
 * one of them stands in the line.
 */
struct etcd_lock {
    struct lock base; /* first */
    struct lock *turn;
    struct etcd *etcd; /* borrowed */
    char name[LOCK_NAME_MAX + 1];
    int64_t ttl_s; /* as wished */
    struct etcd_lease lease;
    pthread_t keeper;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t stopped;
    int64_t renewed_ns; /* before the request that renewed it */
    bool stopping, lost, taken;
};

/* ---- the lease ---- */

static int64_t ttl_ns(const struct etcd_lock *l)
{
    return l->lease.ttl_s * CLOCK_NS_PER_S;
}

/* With the mutex. */
static bool is_alive(const struct etcd_lock *l)
{
    return !l->lost && clock_monotonic_ns() < l->renewed_ns + ttl_ns(l);
}

/* Until it is time to renew; false: to stop. With the mutex. */
static bool wait_beat(struct etcd_lock *l)
{
    int64_t due = l->renewed_ns + ttl_ns(l) / BEATS_PER_TTL, now = clock_monotonic_ns();

    if (due <= now) /* the last renewal failed: not at once again */
        due = now + ttl_ns(l) / BEATS_PER_TTL / BEATS_PER_TTL;
    struct timespec until = {due / CLOCK_NS_PER_S, due % CLOCK_NS_PER_S};

    while (!l->stopping && pthread_cond_timedwait(&l->stopped, &l->mutex, &until) == 0)
        ;
    return !l->stopping;
}

/* Without the mutex; false: the lease is over. */
static bool renew(struct etcd_lock *l, struct ctx *c, int64_t *renewed_ns)
{
    int64_t now = clock_monotonic_ns();
    struct err *e = etcd_renew(l->etcd, c, l->lease.id);

    if (!e)
        *renewed_ns = now;
    return !e || e->code != ERR_NOT_FOUND;
}

static void *keep(void *self)
{
    struct etcd_lock *l = self;
    struct arena arena = {0};

    pthread_mutex_lock(&l->mutex);
    while (!l->lost && wait_beat(l)) {
        struct ctx c = {.arena = &arena, .deadline_ns = l->renewed_ns + ttl_ns(l)};
        int64_t renewed_ns = l->renewed_ns;

        pthread_mutex_unlock(&l->mutex);
        bool lives = renew(l, &c, &renewed_ns);

        arena_reset(&arena);
        pthread_mutex_lock(&l->mutex);
        l->renewed_ns = renewed_ns;
        l->lost = !lives || !is_alive(l);
    }
    pthread_mutex_unlock(&l->mutex);
    arena_fini(&arena);
    return NULL;
}

static struct err *begin_keeping(struct etcd_lock *l, struct ctx *c)
{
    l->lost = l->stopping = false;
    l->renewed_ns = clock_monotonic_ns();
    TRY(etcd_grant(l->etcd, c, l->ttl_s, &l->lease));
    int failed = pthread_create(&l->keeper, NULL, keep, l);

    return failed ? err_errno(c, failed, "start the keeper of a lock") : NULL;
}

/* The key goes with the lease; what cannot be said to etcd happens when it is over. */
static void end_keeping(struct etcd_lock *l)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    pthread_mutex_lock(&l->mutex);
    l->stopping = true;
    pthread_mutex_unlock(&l->mutex);
    pthread_cond_signal(&l->stopped);
    pthread_join(l->keeper, NULL);
    c.deadline_ns = clock_monotonic_ns() + RELEASE_MS * (int64_t)CLOCK_NS_PER_MS;
    struct err *e = etcd_revoke(l->etcd, &c, l->lease.id);

    (void)e;
    arena_fini(&arena);
}

/* ---- the line ---- */

static struct err *join_line(struct etcd_lock *l, struct ctx *c, int64_t *place)
{
    struct etcd_kv mine = {.key =
                               arena_str(c->arena, "%s/%" PRIx64, l->name, (uint64_t)l->lease.id),
                           .lease = l->lease.id};

    return etcd_create(l->etcd, c, &mine, place);
}

/*
 * Who stands right before us, and the revision at which he does. No key: nobody does. Both in one
 * look: had our own key gone, nobody would seem to stand before it.
 */
static struct err *find_before(struct etcd_lock *l, struct ctx *c, int64_t place,
                               struct etcd_kv *before, int64_t *revision)
{
    struct etcd_query us_and_him = {
        .prefix = arena_str(c->arena, "%s/", l->name),
        .limit = 2,
        .created_at_most = place,
        .newest_first = true,
    };
    struct etcd_found found;

    TRY(etcd_find(l->etcd, c, &us_and_him, &found));
    if (found.kvs.count == 0 || found.kvs.at[0].create_revision != place)
        return err_new(c, ERR_UNAVAILABLE, "its lease was over before its turn came");
    *before = found.kvs.count > 1 ? found.kvs.at[1] : (struct etcd_kv){0};
    *revision = found.revision;
    return NULL;
}

static bool tells_of_deletion(const struct etcd_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++)
        if (changes->at[i].deleted)
            return true;
    return false;
}

static struct err *watch_until_deleted(struct etcd_watch *w, struct ctx *c)
{
    struct etcd_changes changes;

    do
        TRY(etcd_watch_next(w, c, &changes));
    while (!tells_of_deletion(&changes));
    return NULL;
}

/* A watch that breaks, or ends at the deadline, says only that it is time to look again. */
static void await_leaving(struct etcd_lock *l, struct ctx *c, struct str key, int64_t from)
{
    struct etcd_watch *w;
    struct err *e = etcd_watch_open(l->etcd, c, key, from, &w);

    if (e)
        return;
    e = watch_until_deleted(w, c);
    (void)e;
    etcd_watch_close(w);
}

static bool is_over(const struct ctx *c)
{
    return c->deadline_ns && clock_monotonic_ns() >= c->deadline_ns;
}

static struct err *stand_in_line(struct etcd_lock *l, struct ctx *c, int64_t *place)
{
    struct etcd_kv before = {0};
    int64_t revision = 0;

    TRY(join_line(l, c, place));
    TRY(find_before(l, c, *place, &before, &revision));
    while (before.key.len > 0) {
        await_leaving(l, c, before.key, revision + 1);
        if (is_over(c))
            return err_reason(c, ERR_TIMEOUT, LOCK_TAKEN, "another stands before us");
        TRY(find_before(l, c, *place, &before, &revision));
    }
    return NULL;
}

/* ---- the driver ---- */

static bool held(struct lock *base)
{
    struct etcd_lock *l = (struct etcd_lock *)base;

    pthread_mutex_lock(&l->mutex);
    bool is_held = l->taken && is_alive(l);

    pthread_mutex_unlock(&l->mutex);
    return is_held;
}

static void set_taken(struct etcd_lock *l, bool taken)
{
    pthread_mutex_lock(&l->mutex);
    l->taken = taken;
    pthread_mutex_unlock(&l->mutex);
}

static struct err *take_among_all(struct etcd_lock *l, struct ctx *c, int64_t *fence)
{
    int64_t place;

    TRY(begin_keeping(l, c));
    struct err *e = stand_in_line(l, c, &place);

    set_taken(l, !e);
    if (e) {
        end_keeping(l);
        return err_wrap(c, e, "take the lock %s", l->name);
    }
    *fence = place;
    return NULL;
}

static struct err *take(struct lock *base, struct ctx *c, int64_t *fence)
{
    struct etcd_lock *l = (struct etcd_lock *)base;
    int64_t turn;

    TRY(lock_take(l->turn, c, &turn));
    struct err *e = take_among_all(l, c, fence);

    if (e)
        lock_release(l->turn);
    return e;
}

static void release(struct lock *base)
{
    struct etcd_lock *l = (struct etcd_lock *)base;

    set_taken(l, false);
    end_keeping(l);
    lock_release(l->turn);
}

static void destroy(struct lock *base)
{
    struct etcd_lock *l = (struct etcd_lock *)base;

    lock_destroy(l->turn);
    pthread_cond_destroy(&l->stopped);
    pthread_mutex_destroy(&l->mutex);
    free(l);
}

static const struct lock_driver driver = {take, held, release, destroy};

struct lock *lock_create_etcd(struct etcd *etcd, struct str name, int64_t ttl_s)
{
    struct etcd_lock *l = calloc(1, sizeof(*l));
    pthread_condattr_t attr;

    if (!l || name.len == 0 || name.len > LOCK_NAME_MAX ||
        pthread_mutex_init(&l->mutex, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&l->stopped, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    l->base.driver = &driver;
    l->turn = lock_create_local();
    l->etcd = etcd;
    memcpy(l->name, name.ptr, name.len);
    l->ttl_s = ttl_s;
    return &l->base;
}
