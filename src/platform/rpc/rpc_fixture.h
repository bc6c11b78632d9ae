/* A server and a channel of the tests' own, in one process, over a real socket. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_FIXTURE_H
#define RPC_FIXTURE_H

#include <stdatomic.h>
#include <time.h>

#include "clock.h"
#include "fixture.h"
#include "rpc_channel.h"
#include "rpc_server.h"
#include "test.h"

enum rpc_fixture_method {
    FIXTURE_ECHO,
    FIXTURE_REFUSE,
    FIXTURE_WAIT,
    FIXTURE_WHO,
    FIXTURE_CHAT,  /* a stream: says each message again; fails at "fail" */
    FIXTURE_WATCH, /* a stream that lasts: whoever has f->watcher says something */
    FIXTURE_METHODS
};

struct rpc_fixture {
    struct arena arena;
    struct ctx ctx;
    struct rpc_server_options server_options;
    struct rpc_channel_options options;
    struct rpc_server *server;
    struct rpc_channel *ch;
    _Atomic bool held; /* FIXTURE_WAIT ends when it is false */
    _Atomic int waiting;
    _Atomic(struct rpc_server_call *) watcher;
    _Atomic int closed; /* streams whose end was told */
};

static inline void fixture_nap(void)
{
    (void)nanosleep(&(struct timespec){.tv_nsec = CLOCK_NS_PER_MS}, NULL);
}

/* What the service says of who asks. */
static inline struct str fixture_who(struct ctx *c)
{
    return arena_str(c->arena, "%lld " STR_FMT " %016llx%016llx %d", (long long)c->user_id,
                     STR_ARG(c->request_id), (unsigned long long)c->trace.high,
                     (unsigned long long)c->trace.low, c->deadline_ns > 0);
}

static inline struct err *fixture_refuse(struct ctx *c)
{
    struct err *e =
        err_reason(c, ERR_PRECONDITION, "video_gone", "video 7 is gone: \xe7\x9f\xad 100%%");

    e->retry_after_s = 3;
    return err_wrap(c, err_wrap(c, e, "load it"), "like: now");
}

static inline struct err *fixture_handle(void *self, size_t method, struct ctx *c, struct str req,
                                         struct str *resp)
{
    struct rpc_fixture *f = self;

    if (method == FIXTURE_REFUSE)
        return fixture_refuse(c);
    if (method == FIXTURE_WAIT) {
        atomic_fetch_add(&f->waiting, 1);
        while (atomic_load(&f->held))
            fixture_nap();
        atomic_fetch_sub(&f->waiting, 1);
    }
    *resp = method == FIXTURE_WHO ? fixture_who(c) : arena_copy(c->arena, req);
    return NULL;
}

static inline struct err *fixture_chat(void *self, struct ctx *c, struct rpc_server_call *call,
                                       struct str message)
{
    (void)self;
    if (str_eq(message, STR("fail")))
        return fixture_refuse(c);
    (void)rpc_server_stream_send(call, message);
    return NULL;
}

static inline struct err *fixture_watch(void *self, struct ctx *c, struct rpc_server_call *call,
                                        struct str message)
{
    struct rpc_fixture *f = self;

    (void)c;
    (void)rpc_server_stream_send(call, message);
    atomic_store(&f->watcher, call);
    return NULL;
}

static inline void fixture_closed(void *self, struct rpc_server_call *call)
{
    struct rpc_fixture *f = self;

    (void)atomic_compare_exchange_strong(&f->watcher, &call, NULL);
    atomic_fetch_add(&f->closed, 1);
}

static inline void fixture_serve(struct rpc_fixture *f)
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

static inline int rpc_fixture_setup(void **state)
{
    struct rpc_fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->server_options = rpc_server_defaults;
    f->options = rpc_channel_defaults;
    fixture_serve(f);
    f->ch = rpc_channel_create(&f->options);
    return 0;
}

static inline int rpc_fixture_teardown(void **state)
{
    struct rpc_fixture *f = *state;

    atomic_store(&f->held, false);
    rpc_channel_destroy(f->ch);
    rpc_server_close(f->server);
    return fixture_end(state);
}

static inline struct err *fixture_call(struct rpc_fixture *f, struct ctx *c, const char *path,
                                       struct str req, struct str *resp)
{
    return rpc_finish(rpc_begin(f->ch, c, path, req), resp, NULL);
}

/* For what other threads are to bring about. */
#define fixture_eventually(condition) \
    do                                \
        fixture_nap();                \
    while (!(condition))

#define RPC_TEST(fn) cmocka_unit_test_setup_teardown(fn, rpc_fixture_setup, rpc_fixture_teardown)

static const char ECHO[] = "/duan.kit.v1.Kit/Echo", REFUSE[] = "/duan.kit.v1.Kit/Refuse",
                  WAIT[] = "/duan.kit.v1.Kit/Wait", WHO[] = "/duan.kit.v1.Kit/Who",
                  CHAT[] = "/duan.kit.v1.Kit/Chat", WATCH[] = "/duan.kit.v1.Kit/Watch";

#endif
