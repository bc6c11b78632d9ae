/* The registry's face, and its thread: keep, read, watch, and again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "kratos_json.h"
#include "log.h"
#include "registry_impl.h"

enum { PAUSE_FIRST_MS = 50, PAUSE_MAX_MS = 1000 };

const struct registry_options registry_defaults = {
    .prefix = STR_INIT("/microservices"), .ttl_s = 15, .attempt_ms = 2000};

/* ---- the thread ---- */

/* Waits for what `changed` tells; false: until_ns has come (0: it never does). With the lock. */
static bool wait_changed(struct registry *r, int64_t until_ns)
{
    struct timespec until = {until_ns / CLOCK_NS_PER_S, until_ns % CLOCK_NS_PER_S};

    if (!until_ns)
        return pthread_cond_wait(&r->changed, &r->lock) == 0;
    return pthread_cond_timedwait(&r->changed, &r->lock, &until) == 0;
}

static bool is_stopping(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    bool stopping = r->stopping;

    pthread_mutex_unlock(&r->lock);
    return stopping;
}

static void note_connected(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    bool news = !r->stats.connected;

    r->stats.connected = true;
    pthread_mutex_unlock(&r->lock);
    if (news)
        log_info(r->log, NULL, "the registry is connected");
}

static void note_away(struct registry *r, const struct err *e)
{
    pthread_mutex_lock(&r->lock);
    bool news = r->stats.connected;

    r->stats.connected = false;
    r->stats.outages += news;
    pthread_mutex_unlock(&r->lock);
    if (news)
        log_warn(r->log, NULL, "the registry is away: what is known stays", log_err(e));
    else
        log_debug(r->log, NULL, "the registry is still away", log_err(e));
}

static void note_gap(struct registry *r, const struct err *e)
{
    registrations_forget(r);
    followers_forget(r);
    log_info(r->log, NULL, "reading the registry anew", log_err(e));
    pthread_mutex_lock(&r->lock);
    r->stats.gaps++;
    pthread_mutex_unlock(&r->lock);
}

/* Who is found is called at once, and then has to know whom to call. */
static struct err *step(struct registry *r, struct ctx *c)
{
    TRY(registrations_keep_lease(r, c));
    TRY(followers_begin(r, c));
    TRY(followers_read(r, c));
    TRY(registrations_make(r, c));
    TRY(followers_open_watch(r, c));
    note_connected(r); /* an open watch says so: any failure closes it */
    return followers_wait(r, c, registrations_due_ns(r));
}

/* Until the pause is over, or somebody wants something. */
static void rest(struct registry *r, int64_t pause_ms)
{
    int64_t until = clock_monotonic_ns() + pause_ms * CLOCK_NS_PER_MS;

    pthread_mutex_lock(&r->lock);
    while (!r->woken && !r->stopping && wait_changed(r, until))
        ;
    r->woken = false;
    pthread_mutex_unlock(&r->lock);
}

/* After the first failure it is tried again at once: another endpoint may be there. */
static void recover(struct registry *r, const struct err *e, int64_t *pause_ms)
{
    etcd_watch_close(r->watch);
    r->watch = NULL;
    if (e->reason == ETCD_GAP)
        note_gap(r, e);
    else
        note_away(r, e);
    if (*pause_ms)
        rest(r, *pause_ms);
    *pause_ms = *pause_ms ? *pause_ms * 2 : PAUSE_FIRST_MS;
    if (*pause_ms > PAUSE_MAX_MS)
        *pause_ms = PAUSE_MAX_MS;
}

static void *run(void *self)
{
    struct registry *r = self;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int64_t pause_ms = 0;

    while (!is_stopping(r)) {
        struct err *e = step(r, &c);

        if (e)
            recover(r, e, &pause_ms);
        else
            pause_ms = 0;
        arena_reset(&arena);
    }
    etcd_watch_close(r->watch);
    registrations_end(r, &c);
    arena_fini(&arena);
    return NULL;
}

/* The thread looks at what it has to do: at once, wherever it waits. With the lock. */
static void wake(struct registry *r)
{
    r->woken = true;
    if (r->waited_in)
        etcd_watch_cancel(r->waited_in);
    pthread_cond_broadcast(&r->changed);
}

/* ---- life ---- */

static void init_lock(struct registry *r)
{
    pthread_condattr_t attr;

    if (pthread_mutex_init(&r->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&r->changed, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
}

static void release(struct registry *r)
{
    for (size_t i = 0; i < r->follower_count; i++)
        free(r->followers[i].known);
    etcd_close(r->etcd);
    arena_fini(&r->memory);
    pthread_cond_destroy(&r->changed);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

static struct err *start(struct registry *r, struct ctx *c, const struct registry_options *options)
{
    struct etcd_options etcd = etcd_defaults;

    etcd.endpoints = options->endpoints;
    etcd.tls = options->tls;
    etcd.attempt_ms = options->attempt_ms;
    if (!str_starts(options->prefix, STR("/")) || str_ends(options->prefix, STR("/")))
        return err_new(c, ERR_INVALID, "registry prefix \"" STR_FMT "\": not like /microservices",
                       STR_ARG(options->prefix));
    TRY(etcd_open(c, &etcd, &r->etcd));
    int failed = pthread_create(&r->thread, NULL, run, r);

    return failed ? err_errno(c, failed, "start the registry's thread") : NULL;
}

struct err *registry_open(struct ctx *c, const struct registry_options *options,
                          struct registry **out)
{
    struct registry *r = calloc(1, sizeof(*r));

    if (!r)
        abort();
    r->log = options->log;
    r->ttl_s = options->ttl_s;
    r->tls_instances = options->tls_instances;
    r->prefix = arena_str(&r->memory, STR_FMT "/", STR_ARG(options->prefix));
    init_lock(r);
    struct err *e = start(r, c, options);

    if (e) {
        release(r);
        return e;
    }
    *out = r;
    return NULL;
}

void registry_close(struct registry *r)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->stopping = true;
    wake(r);
    pthread_mutex_unlock(&r->lock);
    pthread_join(r->thread, NULL);
    release(r);
}

struct etcd *registry_etcd(struct registry *r)
{
    return r->etcd;
}

/* ---- registering ---- */

/* With the lock; NULL: there is none. */
static struct registration *find_registration(struct registry *r, struct str service, struct str id)
{
    for (size_t i = 0; i < r->registration_count; i++)
        if (str_eq(r->registrations[i].service, service) && str_eq(r->registrations[i].id, id))
            return &r->registrations[i];
    return NULL;
}

/* With the lock. */
static struct registration *add_registration(struct registry *r)
{
    for (size_t i = 0; i < r->registration_count; i++)
        if (r->registrations[i].state == GONE)
            return &r->registrations[i];
    if (r->registration_count == REGISTRY_INSTANCES_MAX)
        abort();
    return &r->registrations[r->registration_count++];
}

void registry_register(struct registry *r, const struct registry_instance *instance)
{
    struct ctx c = {.arena = &r->memory};

    pthread_mutex_lock(&r->lock);
    struct registration *one = find_registration(r, instance->service, instance->id);

    if (!one)
        one = add_registration(r);
    *one = (struct registration){
        .service = arena_copy(&r->memory, instance->service),
        .id = arena_copy(&r->memory, instance->id),
        .key = arena_str(&r->memory, STR_FMT STR_FMT "/" STR_FMT, STR_ARG(r->prefix),
                         STR_ARG(instance->service), STR_ARG(instance->id)),
        .value = kratos_json_write(&c, instance),
    };
    wake(r);
    pthread_mutex_unlock(&r->lock);
}

bool registry_withdraw(struct registry *r, struct ctx *c, struct str service, struct str id)
{
    pthread_mutex_lock(&r->lock);
    struct registration *one = find_registration(r, service, id);

    if (one && one->state != GONE) {
        one->state = UNWANTED;
        wake(r);
    }
    while (one && one->state != GONE && wait_changed(r, c->deadline_ns))
        ;
    bool gone = !one || one->state == GONE;

    pthread_mutex_unlock(&r->lock);
    return gone;
}

/* ---- watching ---- */

void registry_watch(struct registry *r, const char *service, registry_told *told, void *self)
{
    struct follower f = {.told = told, .self = self, .known = calloc(1, sizeof(*f.known))};

    if (!f.known || r->follower_count == REGISTRY_SERVICES_MAX)
        abort();
    pthread_mutex_lock(&r->lock);
    f.service = arena_copy(&r->memory, str_of(service));
    r->followers[r->follower_count++] = f;
    wake(r);
    pthread_mutex_unlock(&r->lock);
}

/* ---- looking ---- */

/* With the lock. */
static bool all_is_seen(const struct registry *r)
{
    bool seen = true;

    for (size_t i = 0; i < r->registration_count; i++)
        seen = seen && (r->registrations[i].was_made || r->registrations[i].state == GONE);
    for (size_t i = 0; i < r->follower_count; i++)
        seen = seen && r->followers[i].was_told;
    return seen;
}

bool registry_ready(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    bool ready = all_is_seen(r);

    pthread_mutex_unlock(&r->lock);
    return ready;
}

bool registry_await(struct registry *r, struct ctx *c)
{
    bool ready;

    pthread_mutex_lock(&r->lock);
    while (!(ready = all_is_seen(r)) && wait_changed(r, c->deadline_ns))
        ;
    pthread_mutex_unlock(&r->lock);
    return ready;
}

struct registry_stats registry_stats(struct registry *r)
{
    pthread_mutex_lock(&r->lock);
    struct registry_stats stats = r->stats;

    for (size_t i = 0; i < r->registration_count; i++)
        stats.registered += r->registrations[i].state == MADE;
    pthread_mutex_unlock(&r->lock);
    stats.failovers = etcd_failovers(r->etcd);
    return stats;
}
