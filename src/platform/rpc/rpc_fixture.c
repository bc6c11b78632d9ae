/* A server and a channel of the tests' own: its service, and its life. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_fixture.h"

#include <time.h>

void fixture_nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = CLOCK_NS_PER_MS}, NULL);
}

/* What the service says of who asks. */
static struct str fixture_who(struct ctx *c)
{
    return arena_str(c->arena, "%lld " STR_FMT " %016llx%016llx %d", (long long)c->user_id,
                     STR_ARG(c->request_id), (unsigned long long)c->trace.high,
                     (unsigned long long)c->trace.low, c->deadline_ns > 0);
}

struct err *fixture_refuse(struct ctx *c)
{
    struct err *e =
        err_reason(c, ERR_PRECONDITION, "video_gone", "video 7 is gone: \xe7\x9f\xad 100%%");

    e->retry_after_s = 3;
    return err_wrap(c, err_wrap(c, e, "load it"), "like: now");
}

static struct err *fixture_handle(void *self, size_t method, struct ctx *c, struct str req,
                                  struct str *resp)
{
    struct rpc_fixture *f = self;

    if (method == FIXTURE_REFUSE)
        return fixture_refuse(c);
    if (method == FIXTURE_WAIT) {
        atomic_fetch_add(&f->waited, 1);
        atomic_fetch_add(&f->waiting, 1);
        while (atomic_load(&f->held))
            fixture_nap();
        atomic_fetch_sub(&f->waiting, 1);
    }
    *resp = method == FIXTURE_WHO ? fixture_who(c) : arena_copy(c->arena, req);
    return NULL;
}

static struct err *fixture_chat(void *self, struct ctx *c, struct rpc_server_call *call,
                                struct str message)
{
    (void)self;
    if (str_eq(message, STR("fail")))
        return fixture_refuse(c);
    (void)rpc_server_stream_send(call, message);
    return NULL;
}

static struct err *fixture_watch(void *self, struct ctx *c, struct rpc_server_call *call,
                                 struct str message)
{
    struct rpc_fixture *f = self;

    (void)c;
    (void)rpc_server_stream_send(call, message);
    atomic_store(&f->watcher, call);
    return NULL;
}

static void fixture_closed(void *self, struct rpc_server_call *call)
{
    struct rpc_fixture *f = self;

    (void)atomic_compare_exchange_strong(&f->watcher, &call, NULL);
    atomic_fetch_add(&f->closed, 1);
}

void fixture_serve(struct rpc_fixture *f)
{
    static const char *const methods[] = {"Echo", "Refuse", "Wait", "Who", "Chat", "Watch"};
    static const struct rpc_stream_handler streams[FIXTURE_METHODS] = {
        [FIXTURE_CHAT] = {.message = fixture_chat, .closed = fixture_closed},
        [FIXTURE_WATCH] = {.message = fixture_watch, .closed = fixture_closed, .lasts = true},
    };
    struct rpc_service *service = arena_new(&f->arena, struct rpc_service);

    *service = (struct rpc_service){.name = "duan.kit.v1.Kit",
                                    .methods = methods,
                                    .count = COUNT(methods),
                                    .handle = fixture_handle,
                                    .streams = streams,
                                    .self = f};
    assert_ok(&f->ctx, rpc_server_create(&f->ctx, &f->server_options, &f->server));
    rpc_server_add(f->server, service);
    assert_ok(&f->ctx, rpc_server_start(f->server, &f->ctx));
    f->options.address = rpc_server_address(f->server, &f->ctx);
}

void fixture_restart(struct rpc_fixture *f)
{
    rpc_channel_destroy(f->ch);
    rpc_server_close(f->server);
    fixture_serve(f);
    f->ch = rpc_channel_create(&f->options);
}

int rpc_fixture_setup(void **state)
{
    struct rpc_fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->server_options = rpc_server_defaults;
    f->options = rpc_channel_defaults;
    fixture_serve(f);
    f->ch = rpc_channel_create(&f->options);
    return 0;
}

int rpc_fixture_teardown(void **state)
{
    struct rpc_fixture *f = *state;

    atomic_store(&f->held, false);
    rpc_channel_destroy(f->ch);
    rpc_server_close(f->server);
    return fixture_end(state);
}

struct err *fixture_call(struct rpc_fixture *f, struct ctx *c, const char *path, struct str req,
                         struct str *resp)
{
    return rpc_finish(rpc_begin(f->ch, c, path, req), resp, NULL);
}

struct err *fixture_echo(struct rpc_fixture *f)
{
    struct str resp;

    return fixture_call(f, &f->ctx, ECHO, STR("x"), &resp);
}
