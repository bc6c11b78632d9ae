/* What this process has registered: keys under one lease, made again whenever they are lost. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "log.h"
#include "registry_impl.h"

enum { BEATS_PER_TTL = 3, END_MS = 2000 };

int64_t registrations_due_ns(const struct registry *r)
{
    return r->renewed_ns + r->lease.ttl_s * CLOCK_NS_PER_S / BEATS_PER_TTL;
}

void registrations_forget(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->registration_count; i++)
        if (r->registrations[i].state == MADE)
            r->registrations[i].state = WANTED;
    pthread_mutex_unlock(&r->lock);
}

void registrations_miss(struct registry *r, struct str key)
{
    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->registration_count; i++)
        if (r->registrations[i].state == MADE && str_eq(r->registrations[i].key, key))
            r->registrations[i].state = WANTED;
    pthread_mutex_unlock(&r->lock);
}

/* ---- the lease ---- */

static void note_renewal(struct registry *r, int64_t renewed_ns)
{
    r->renewed_ns = renewed_ns;
    pthread_mutex_lock(&r->lock);
    r->stats.renewed_ns = renewed_ns;
    pthread_mutex_unlock(&r->lock);
}

static struct err *take_lease(struct registry *r, struct ctx *c)
{
    int64_t now = clock_monotonic_ns();

    TRY(etcd_grant(r->etcd, c, r->ttl_s, &r->lease));
    note_renewal(r, now);
    return NULL;
}

/* Whoever has lost the lease may have lost everything. */
static void lose_lease(struct registry *r)
{
    log_warn(r->log, NULL, "the registry's lease is over: registering anew");
    r->lease = (struct etcd_lease){0};
    registrations_forget(r);
    followers_forget(r);
    pthread_mutex_lock(&r->lock);
    r->stats.leases_lost++;
    pthread_mutex_unlock(&r->lock);
}

static struct err *renew_lease(struct registry *r, struct ctx *c)
{
    int64_t now = clock_monotonic_ns();
    struct err *e = etcd_renew(r->etcd, c, r->lease.id);

    if (!e) {
        note_renewal(r, now);
        return NULL;
    }
    if (e->code != ERR_NOT_FOUND)
        return e;
    lose_lease(r);
    return take_lease(r, c);
}

struct err *registrations_keep_lease(struct registry *r, struct ctx *c)
{
    if (!r->lease.id)
        return take_lease(r, c);
    return clock_monotonic_ns() >= registrations_due_ns(r) ? renew_lease(r, c) : NULL;
}

/* ---- the keys ---- */

/* A copy of one that is to be made or taken away, and where it stands. False: there is none. */
static bool next_undone(struct registry *r, struct registration *one, size_t *at)
{
    bool found = false;

    pthread_mutex_lock(&r->lock);
    for (size_t i = 0; i < r->registration_count && !found; i++) {
        *one = r->registrations[*at = i];
        found = one->state == WANTED || one->state == UNWANTED;
    }
    pthread_mutex_unlock(&r->lock);
    return found;
}

/* Unless somebody has changed his mind meanwhile. */
static void note_done(struct registry *r, const struct registration *done, size_t at)
{
    struct registration *one = &r->registrations[at];

    pthread_mutex_lock(&r->lock);
    if (one->state == done->state && one->value.ptr == done->value.ptr) {
        one->state = done->state == WANTED ? MADE : GONE;
        one->was_made = one->was_made || one->state == MADE;
    }
    pthread_mutex_unlock(&r->lock);
    pthread_cond_broadcast(&r->changed);
}

static struct err *make(struct registry *r, struct ctx *c, const struct registration *one)
{
    struct etcd_kv kv = {.key = one->key, .value = one->value, .lease = r->lease.id};
    struct err *e = etcd_put(r->etcd, c, &kv);

    if (e && e->code == ERR_NOT_FOUND)
        lose_lease(r);
    return e;
}

struct err *registrations_make(struct registry *r, struct ctx *c)
{
    struct registration one;
    size_t at;

    while (next_undone(r, &one, &at)) {
        TRY(one.state == WANTED ? make(r, c, &one) : etcd_delete(r->etcd, c, one.key));
        note_done(r, &one, at);
    }
    return NULL;
}

void registrations_end(struct registry *r, struct ctx *c)
{
    struct ctx limited = {.arena = c->arena};

    limited.deadline_ns = clock_monotonic_ns() + (int64_t)END_MS * CLOCK_NS_PER_MS;
    struct err *e = r->lease.id ? etcd_revoke(r->etcd, &limited, r->lease.id) : NULL;

    if (e)
        log_warn(r->log, NULL, "registrations stay until their lease is over", log_err(e));
}
