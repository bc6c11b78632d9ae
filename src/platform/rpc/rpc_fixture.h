/* A server and a channel of the tests' own, in one process, over a real socket. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_FIXTURE_H
#define RPC_FIXTURE_H

#include <stdatomic.h>

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
    _Atomic bool held;           /* FIXTURE_WAIT ends when it is false */
    _Atomic int waiting, waited; /* now, and ever */
    _Atomic(struct rpc_server_call *) watcher;
    _Atomic int closed; /* streams whose end was told */
};

void fixture_nap(void);

/* What FIXTURE_REFUSE fails with. */
struct err *fixture_refuse(struct ctx *c);

/* Another server with the same service, by f->server_options. */
void fixture_serve(struct rpc_fixture *f);

/* Its server and channel, made again with other options. */
void fixture_restart(struct rpc_fixture *f);

int rpc_fixture_setup(void **state);
int rpc_fixture_teardown(void **state);

struct err *fixture_call(struct rpc_fixture *f, struct ctx *c, const char *path, struct str req,
                         struct str *resp);

struct err *fixture_echo(struct rpc_fixture *f);

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
