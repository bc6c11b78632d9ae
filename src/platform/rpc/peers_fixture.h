/* Instances of the tests' own service, each on a server of its own, and a stub that reaches them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEERS_FIXTURE_H
#define PEERS_FIXTURE_H

#include <stdatomic.h>
#include <time.h>

#include "clock.h"
#include "fixture.h"
#include "kit_api.h"
#include "kit_api_stub.h"
#include "rpc_peers.h"
#include "rpc_role.h"
#include "rpc_server.h"
#include "test.h"

enum { INSTANCES = 4 };

/* One instance, and how it behaves. */
struct instance {
    struct kit_api base;
    struct rpc_server *server; /* NULL: it is down */
    struct rpc_role *role;
    struct str address;
    _Atomic int calls, waiting;  /* waiting: held up now */
    _Atomic bool held;           /* calls wait while it is true */
    _Atomic int slow_ms, fails;  /* fails: with this code; 0: not */
    const char *reason;          /* of failures */
    _Atomic int64_t deadline_ns; /* of the last call */
};

struct peers_fixture {
    struct arena arena;
    struct ctx ctx;
    struct instance at[INSTANCES];
    struct rpc_peers_options options;
    struct rpc_peers *peers;
    struct kit_api *stub;
};

static inline void peers_nap(int ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * (long)CLOCK_NS_PER_MS}, NULL);
}

#define EVENTUALLY(condition) \
    while (!(condition))      \
    peers_nap(1)

/* What every method does first. */
static inline struct err *instance_called(struct kit_api *base, struct ctx *c)
{
    struct instance *it = (struct instance *)base;
    int fails = atomic_load(&it->fails), slow_ms = atomic_load(&it->slow_ms);

    atomic_fetch_add(&it->calls, 1);
    atomic_store(&it->deadline_ns, c->deadline_ns);
    atomic_fetch_add(&it->waiting, 1);
    EVENTUALLY(!atomic_load(&it->held));
    atomic_fetch_sub(&it->waiting, 1);
    if (slow_ms)
        peers_nap(slow_ms);
    return fails ? err_reason(c, (enum err_code)fails, it->reason, "told to fail") : NULL;
}

static inline struct err *instance_echo(struct kit_api *base, struct ctx *c,
                                        const struct kit_all *req, struct kit_all *resp)
{
    TRY(instance_called(base, c));
    *resp = *req;
    return NULL;
}

static inline struct err *instance_register(struct kit_api *base, struct ctx *c,
                                            const struct kit_empty *req, struct kit_leaf *resp)
{
    (void)req;
    TRY(instance_called(base, c));
    resp->id = 7;
    return NULL;
}

static inline struct err *instance_refuse(struct kit_api *base, struct ctx *c,
                                          const struct kit_refuse_req *req, struct kit_leaf *resp)
{
    (void)resp;
    TRY(instance_called(base, c));
    return err_reason(c, (enum err_code)req->code, arena_copy(c->arena, req->reason).ptr, STR_FMT,
                      STR_ARG(req->text));
}

static const struct kit_api_ops instance_ops = {
    .echo = instance_echo, .register_ = instance_register, .refuse = instance_refuse};

/* On the port that it had before, if it had one. */
static inline void instance_start(struct peers_fixture *f, struct instance *it)
{
    struct rpc_server_options options = rpc_server_defaults;

    it->base.ops = &instance_ops;
    if (it->address.len)
        options.listen = it->address;
    assert_ok(&f->ctx, rpc_server_create(&f->ctx, &options, &it->server));
    it->role = rpc_role_create(it->server, NULL);
    rpc_role_add(it->role, &kit_service, &it->base);
    rpc_role_serving(it->role, true);
    assert_ok(&f->ctx, rpc_server_start(it->server, &f->ctx));
    it->address = rpc_server_address(it->server, &f->ctx);
}

static inline void instance_stop(struct instance *it)
{
    rpc_server_close(it->server);
    rpc_role_destroy(it->role);
    it->server = NULL;
    it->role = NULL;
}

/* The first `count` instances are those of the service. */
static inline void peers_use(struct peers_fixture *f, size_t count)
{
    struct str addresses[INSTANCES] = {0};

    for (size_t i = 0; i < count; i++)
        addresses[i] = f->at[i].address;
    rpc_peers_set(f->peers, addresses, count);
}

/* With other options; nothing is known of any instance any more. */
static inline void peers_renew(struct peers_fixture *f, size_t count)
{
    kit_stub_destroy(f->stub);
    rpc_peers_destroy(f->peers);
    f->peers = rpc_peers_create(&f->options);
    f->stub = kit_stub_create(rpc_peers_transport(f->peers));
    peers_use(f, count);
}

static inline int peers_setup(void **state)
{
    struct peers_fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    for (size_t i = 0; i < INSTANCES; i++)
        instance_start(f, &f->at[i]);
    f->options = rpc_peers_defaults;
    f->options.service = "kit";
    f->options.eject_ms = 1;
    f->options.probe_ms = 1;
    f->options.patience_ms = 60000; /* however slow this machine is, nobody is to blame */
    peers_renew(f, INSTANCES);
    return 0;
}

static inline int peers_teardown(void **state)
{
    struct peers_fixture *f = *state;

    kit_stub_destroy(f->stub);
    rpc_peers_destroy(f->peers);
    for (size_t i = 0; i < INSTANCES; i++) {
        atomic_store(&f->at[i].held, false);
        instance_stop(&f->at[i]);
    }
    return fixture_end(state);
}

#define PEERS_TEST(fn) cmocka_unit_test_setup_teardown(fn, peers_setup, peers_teardown)

/* A read: its method has no side effects. */
static inline struct err *peers_read(struct peers_fixture *f)
{
    struct kit_all resp = {0};

    return kit_echo(f->stub, &f->ctx, &(struct kit_all){.i64 = 1}, &resp);
}

/* A write: its method may not be sent twice. */
static inline struct err *peers_write(struct peers_fixture *f)
{
    struct kit_leaf resp = {0};

    return kit_register(f->stub, &f->ctx, &(struct kit_empty){0}, &resp);
}

#endif
