/* What others have registered: read once, then kept true by a watch. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "kratos_json.h"
#include "log.h"
#include "registry_impl.h"

/* ---- telling ---- */

static size_t count_followers(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    size_t count = r->follower_count;

    pthread_mutex_unlock(&r->lock);
    return count;
}

static void note_told(struct registry *r, struct follower *f)
{
    size_t instances = 0;

    pthread_mutex_lock(&r->lock);
    f->was_told = true;
    for (size_t i = 0; i < r->follower_count; i++)
        if (r->followers[i].known)
            instances += r->followers[i].known->count;
    r->stats.instances = instances;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
}

static void tell(struct registry *r, struct ctx *c, struct follower *f)
{
    size_t count;

    if (!f->is_read || (f->was_told && !f->known->changed))
        return;
    const struct str *addresses = instance_set_addresses(f->known, c->arena, &count);

    f->known->changed = false;
    f->told(f->self, addresses, count);
    log_info(r->log, NULL, "instances known", log_str("service.name", f->service),
             log_int("duan.instances", (int64_t)count));
    note_told(r, f);
}

static void tell_all(struct registry *r, struct ctx *c)
{
    int64_t now = clock_monotonic_ns();

    for (size_t i = 0; i < count_followers(r); i++) {
        if (r->followers[i].is_read)
            instance_set_fade(r->followers[i].known, now);
        tell(r, c, &r->followers[i]);
    }
}

/* ---- what is in the store ---- */

static void refuse(struct registry *r, const struct etcd_kv *kv, const struct err *e)
{
    log_warn(r->log, NULL, "an instance in the registry is left out", log_str("duan.key", kv->key),
             log_err(e));
    pthread_mutex_lock(&r->lock);
    r->stats.refused++;
    pthread_mutex_unlock(&r->lock);
}

/* The instance's address, empty when it offers none of the kind that is wanted here. */
static struct err *read_address(struct registry *r, struct ctx *c, const struct follower *f,
                                const struct etcd_kv *kv, struct str *address)
{
    struct registry_instance instance = {.tls = r->tls_instances};

    TRY(kratos_json_read(c, kv->value, &instance));
    if (!str_eq(instance.service, f->service))
        return err_new(c, ERR_INVALID, "it belongs to another service");
    *address = instance.address;
    return NULL;
}

static struct err *take(struct registry *r, struct ctx *c, struct follower *f, struct str id,
                        const struct etcd_kv *kv)
{
    struct str address = {0};

    TRY(read_address(r, c, f, kv, &address));
    if (address.len == 0)
        instance_set_remove(f->known, id);
    else if (!instance_set_put(f->known, id, address))
        return err_new(c, ERR_EXHAUSTED, "no room: more than %d instances, or %d bytes of id",
                       INSTANCES_MAX, INSTANCE_ID_MAX);
    return NULL;
}

/* What cannot be read is no address: whoever had been there is gone. */
static void take_or_refuse(struct registry *r, struct ctx *c, struct follower *f, struct str id,
                           const struct etcd_kv *kv)
{
    struct err *e = take(r, c, f, id, kv);

    if (!e)
        return;
    instance_set_remove(f->known, id);
    refuse(r, kv, e);
}

/* ---- reading ---- */

void followers_forget(struct registry *r)
{
    r->revision = 0;
    for (size_t i = 0; i < count_followers(r); i++)
        r->followers[i].is_read = false;
}

/* Whoever is read later knows more, and is spared what it knows. */
struct err *followers_begin(struct registry *r, struct ctx *c)
{
    struct etcd_query any = {.prefix = r->prefix, .limit = 1};
    struct etcd_found found;

    if (r->revision)
        return NULL;
    TRY(etcd_find(r->etcd, c, &any, &found));
    r->revision = found.revision;
    return NULL;
}

static struct err *read_one(struct registry *r, struct ctx *c, struct follower *f)
{
    struct str prefix =
        arena_str(c->arena, STR_FMT STR_FMT "/", STR_ARG(r->prefix), STR_ARG(f->service));
    struct etcd_query all = {.prefix = prefix, .limit = INSTANCES_MAX};
    struct etcd_found found;

    TRY(etcd_find(r->etcd, c, &all, &found));
    if (found.more)
        log_warn(r->log, NULL, "more instances in the registry than are looked at",
                 log_str("service.name", f->service), log_int("duan.instances", INSTANCES_MAX));
    instance_set_begin(f->known);
    for (size_t i = 0; i < found.kvs.count; i++)
        take_or_refuse(r, c, f, str_from(found.kvs.at[i].key, prefix.len), &found.kvs.at[i]);
    instance_set_end(f->known, clock_monotonic_ns() + r->ttl_s * CLOCK_NS_PER_S);
    f->is_read = true;
    f->read_at = found.revision;
    return NULL;
}

struct err *followers_read(struct registry *r, struct ctx *c)
{
    for (size_t i = 0; i < count_followers(r); i++)
        if (!r->followers[i].is_read)
            TRY(read_one(r, c, &r->followers[i]));
    tell_all(r, c);
    return NULL;
}

/* ---- watching ---- */

static void apply_to(struct registry *r, struct ctx *c, struct follower *f,
                     const struct etcd_change *change)
{
    struct str id = str_from(change->kv.key, r->prefix.len), service = str_cut(&id, '/');

    if (!f->is_read || change->kv.mod_revision <= f->read_at || !str_eq(service, f->service))
        return;
    if (change->deleted)
        instance_set_remove(f->known, id);
    else
        take_or_refuse(r, c, f, id, &change->kv);
}

static void apply(struct registry *r, struct ctx *c, const struct etcd_changes *changes)
{
    for (size_t i = 0; i < changes->count; i++) {
        const struct etcd_change *change = &changes->at[i];

        if (change->deleted)
            registrations_miss(r, change->kv.key);
        for (size_t j = 0; j < count_followers(r); j++)
            apply_to(r, c, &r->followers[j], change);
    }
    r->revision = changes->revision;
    tell_all(r, c);
}

static void close_watch(struct registry *r)
{
    etcd_watch_close(r->watch);
    r->watch = NULL;
}

/* From now on whoever wakes the registry cancels the watch. False: somebody has woken it. */
static bool begin_waiting(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    bool wait = !r->woken && !r->stopping;

    r->woken = false;
    r->waited_in = wait ? r->watch : NULL;
    pthread_mutex_unlock(&r->lock);
    return wait;
}

static bool end_waiting(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    bool woken = r->woken;

    r->woken = false;
    r->waited_in = NULL;
    pthread_mutex_unlock(&r->lock);
    return woken;
}

struct err *followers_wait(struct registry *r, struct ctx *c, int64_t until_ns)
{
    struct ctx limited = {.arena = c->arena, .deadline_ns = until_ns};
    struct etcd_changes changes;

    if (!begin_waiting(r))
        return NULL;
    struct err *e = etcd_watch_next(r->watch, &limited, &changes);
    bool woken = end_waiting(r);

    if (!e)
        apply(r, c, &changes);
    if (woken) /* and the watch was cancelled, before what it said or behind it */
        close_watch(r);
    return !e || woken || e->code == ERR_TIMEOUT ? NULL : e;
}

struct err *followers_open_watch(struct registry *r, struct ctx *c)
{
    if (r->watch && etcd_watch_is_left(r->watch))
        close_watch(r);
    if (r->watch)
        return NULL;
    return etcd_watch_open(r->etcd, c, r->prefix, r->revision + 1, &r->watch);
}
