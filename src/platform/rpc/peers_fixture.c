/* Instances of the tests' own service: what they do, how they start and end. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "peers_fixture.h"

#include <time.h>

static void nap(int ms)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = ms * (long)CLOCK_NS_PER_MS}, NULL);
}

/* What every method does first. */
static struct err *instance_called(struct kit_api *base, struct ctx *c)
{
    struct instance *it = (struct instance *)base;
    int fails = atomic_load(&it->fails), slow_ms = atomic_load(&it->slow_ms);

    atomic_fetch_add(&it->calls, 1);
    atomic_store(&it->deadline_ns, c->deadline_ns);
    atomic_fetch_add(&it->waiting, 1);
    while (atomic_load(&it->held))
        nap(1);
    atomic_fetch_sub(&it->waiting, 1);
    if (slow_ms)
        nap(slow_ms);
    return fails ? err_reason(c, (enum err_code)fails, it->reason, "told to fail") : NULL;
}

static struct err *instance_echo(struct kit_api *base, struct ctx *c, const struct kit_all *req,
                                 struct kit_all *resp)
{
    TRY(instance_called(base, c));
    *resp = *req;
    if (atomic_load(&((struct instance *)base)->garbles))
        resp->s = STR("\xff");
    return NULL;
}

static struct err *instance_register(struct kit_api *base, struct ctx *c,
                                     const struct kit_empty *req, struct kit_leaf *resp)
{
    (void)req;
    atomic_fetch_add(&((struct instance *)base)->writes, 1);
    TRY(instance_called(base, c));
    resp->id = 7;
    return NULL;
}

static struct err *instance_refuse(struct kit_api *base, struct ctx *c,
                                   const struct kit_refuse_req *req, struct kit_leaf *resp)
{
    (void)resp;
    TRY(instance_called(base, c));
    return err_reason(c, (enum err_code)req->code, arena_copy(c->arena, req->reason).ptr, STR_FMT,
                      STR_ARG(req->text));
}

static const struct kit_api_ops instance_ops = {
    .echo = instance_echo, .register_ = instance_register, .refuse = instance_refuse};

void instance_start(struct peers_fixture *f, struct instance *it)
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

void instance_stop(struct instance *it)
{
    rpc_server_close(it->server);
    rpc_role_destroy(it->role);
    it->server = NULL;
    it->role = NULL;
}

void peers_use(struct peers_fixture *f, size_t count)
{
    struct str addresses[INSTANCES] = {0};

    for (size_t i = 0; i < count; i++)
        addresses[i] = f->at[i].address;
    rpc_peers_set(f->peers, addresses, count);
}

void peers_renew(struct peers_fixture *f, size_t count)
{
    kit_stub_destroy(f->stub);
    rpc_peers_destroy(f->peers);
    f->peers = rpc_peers_create(&f->options);
    f->stub = kit_stub_create(rpc_peers_transport(f->peers));
    peers_use(f, count);
}

int peers_setup(void **state)
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

int peers_teardown(void **state)
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

struct err *peers_read(struct peers_fixture *f)
{
    struct kit_all resp = {0};

    return kit_echo(f->stub, &f->ctx, &(struct kit_all){.i64 = 1}, &resp);
}

struct err *peers_write(struct peers_fixture *f)
{
    struct kit_leaf resp = {0};

    return kit_register(f->stub, &f->ctx, &(struct kit_empty){0}, &resp);
}

void peers_assert_down(const struct err *e)
{
    assert_non_null(e);
    assert_int_equal(e->code, ERR_UNAVAILABLE);
    assert_string_equal(e->reason, RPC_SERVICE_DOWN);
    assert_int_equal(e->retry_after_s, 1);
}

static bool goes_on(const struct peers_caller *caller)
{
    return caller->most ? caller->calls < caller->most
                        : rpc_peers_stats(caller->f->peers).ejections == 0;
}

static void *keep_calling(void *arg)
{
    struct peers_caller *caller = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct kit_all resp = {0};

    for (caller->calls = 0; goes_on(caller); caller->calls++) {
        struct err *e = kit_echo(caller->f->stub, &c, &(struct kit_all){.i64 = 3}, &resp);

        if (e || resp.i64 != 3)
            break;
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

void peers_callers_start(struct peers_fixture *f, struct peers_caller *callers, size_t count,
                         int most)
{
    for (size_t i = 0; i < count; i++) {
        callers[i] = (struct peers_caller){.f = f, .most = most};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, keep_calling, &callers[i]), 0);
    }
}

void peers_callers_join(struct peers_caller *callers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        pthread_join(callers[i].thread, NULL);
}
