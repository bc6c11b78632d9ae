/* What tests of the registry share: an etcd, a gate before it, and who listens. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REGISTRY_FIXTURE_H
#define REGISTRY_FIXTURE_H

#include "etcd_fixture.h"
#include "etcd_process.h"
#include "log.h"
#include "registry_heard.h"
#include "tcp_gate.h"

/*
 * Leases: one that a test waits for the end of; one that also a busy machine renews in time; one
 * that nobody waits for; one that is renewed so seldom that nothing happens just because it was
 * time to.
 */
enum { SHORT_S = 1, BRISK_S = 4, CALM_S = 60, LONG_S = 3600 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct log *log;
    struct etcd_process *process;
    struct tcp_gate *gate; /* before the etcd */
    struct etcd *etcd;     /* looks at it past the gate */
    struct str prefix;
    struct heard user, video;
};

static inline bool answers(struct fixture *f)
{
    struct etcd_query any = {.prefix = STR("/"), .limit = 1};
    struct etcd_found found;

    return etcd_find(f->etcd, &f->ctx, &any, &found) == NULL;
}

static inline int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));
    struct log_options quiet = {.fd = -1, .level = LOG_LEVEL_ERROR};

    f->ctx.arena = &f->arena;
    f->log = log_open(&quiet);
    f->process = etcd_process_start(&f->arena);
    f->gate = tcp_gate_create(etcd_process_address(f->process));
    f->etcd = etcd_opened(&f->ctx, etcd_process_address(f->process));
    f->prefix = own_prefix(&f->arena);
    heard_init(&f->user);
    heard_init(&f->video);
    eventually(answers(f));
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;

    etcd_close(f->etcd);
    tcp_gate_destroy(f->gate);
    log_close(f->log);
    heard_fini(&f->user);
    heard_fini(&f->video);
    return fixture_end(state);
}

/* ---- registries ---- */

static inline struct registry *opened_for(struct fixture *f, const char *endpoints, int64_t ttl_s)
{
    struct registry_options options = registry_defaults;
    struct registry *r;

    options.endpoints = str_of(endpoints);
    options.prefix = f->prefix;
    options.ttl_s = ttl_s;
    options.attempt_ms = 500;
    options.log = f->log;
    assert_ok(&f->ctx, registry_open(&f->ctx, &options, &r));
    return r;
}

static inline struct registry *opened(struct fixture *f, const char *endpoints)
{
    return opened_for(f, endpoints, CALM_S);
}

static inline struct registry *direct(struct fixture *f)
{
    return opened(f, etcd_process_address(f->process));
}

static inline struct registry *gated(struct fixture *f)
{
    return opened(f, tcp_gate_address(f->gate));
}

static inline void add(struct registry *r, const char *service, const char *id, const char *address)
{
    struct registry_instance instance = {.service = str_of(service),
                                         .id = str_of(id),
                                         .version = STR("1.0"),
                                         .address = str_of(address)};

    registry_register(r, &instance);
}

/* Past our own code: as others write and delete. */
static inline void put_raw(struct fixture *f, const char *path, const char *value)
{
    struct etcd_kv kv = {.key = arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), path),
                         .value = str_of(value)};

    assert_ok(&f->ctx, etcd_put(f->etcd, &f->ctx, &kv));
}

static inline void put_instance(struct fixture *f, const char *service, const char *id,
                                const char *endpoint)
{
    put_raw(f, arena_printf(&f->arena, "%s/%s", service, id),
            arena_printf(&f->arena, "{\"id\":\"%s\",\"name\":\"%s\",\"endpoints\":[\"%s\"]}", id,
                         service, endpoint));
}

static inline void delete_raw(struct fixture *f, const char *path)
{
    struct str key = arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), path);

    assert_ok(&f->ctx, etcd_delete(f->etcd, &f->ctx, key));
}

/* The value that stands there; empty: none. */
static inline struct str stands(struct fixture *f, const char *path)
{
    struct str key = arena_str(&f->arena, STR_FMT "/%s", STR_ARG(f->prefix), path);
    struct etcd_query query = {.prefix = key};
    struct etcd_found found;

    if (etcd_find(f->etcd, &f->ctx, &query, &found))
        return (struct str){0};
    return found.kvs.count > 0 ? found.kvs.at[0].value : (struct str){0};
}

static inline bool is_there(struct fixture *f, const char *path)
{
    return stands(f, path).len > 0;
}

#endif
