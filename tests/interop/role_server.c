/* A server of the test service, for clients that others wrote: health checks and reflection too. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "kit_api.h"
#include "rpc_role.h"
#include "rpc_server.h"

enum { DRAIN_MS = 60000 };

struct kit {
    struct kit_api base;
    _Atomic int64_t calls;
};

/* "until the deadline" is slow; "who" says who asks. */
static struct err *echo(struct kit_api *base, struct ctx *c, const struct kit_all *req,
                        struct kit_all *resp)
{
    const struct timespec nap = {.tv_nsec = CLOCK_NS_PER_MS};

    (void)base;
    *resp = *req;
    while (str_eq(req->s, STR("until the deadline")) && clock_monotonic_ns() < c->deadline_ns)
        (void)nanosleep(&nap, NULL);
    if (str_eq(req->s, STR("who")))
        resp->s =
            arena_str(c->arena, "%lld " STR_FMT, (long long)c->user_id, STR_ARG(c->request_id));
    return NULL;
}

static struct err *count(struct kit_api *base, struct ctx *c, const struct kit_empty *req,
                         struct kit_leaf *resp)
{
    (void)c, (void)req;
    resp->id = atomic_fetch_add(&((struct kit *)base)->calls, 1) + 1;
    return NULL;
}

static struct err *refuse(struct kit_api *base, struct ctx *c, const struct kit_refuse_req *req,
                          struct kit_leaf *resp)
{
    const char *reason = req->reason.len ? arena_copy(c->arena, req->reason).ptr : NULL;
    struct err *e = err_reason(c, (enum err_code)req->code, reason, STR_FMT, STR_ARG(req->text));

    (void)base, (void)resp;
    e->retry_after_s = req->retry_after;
    return e;
}

static const struct kit_api_ops ops = {.echo = echo, .register_ = count, .refuse = refuse};

/* SIGUSR1: it does not serve; SIGUSR2: it does; SIGTERM: it ends, and answers what is under way. */
static void obey(struct rpc_role *role, const sigset_t *signals)
{
    int number = 0;

    while (sigwait(signals, &number) == 0 && number != SIGTERM)
        rpc_role_serving(role, number == SIGUSR2);
    rpc_role_serving(role, false);
}

static struct err *serve(struct ctx *c, const char *listen, const sigset_t *signals)
{
    struct rpc_server_options options = rpc_server_defaults;
    struct kit kit = {.base.ops = &ops};
    struct rpc_server *server;

    options.listen = str_of(listen);
    TRY(rpc_server_create(c, &options, &server));
    struct rpc_role *role = rpc_role_create(server, NULL);
    rpc_role_add(role, &kit_service, &kit.base);
    TRY(rpc_server_start(server, c));
    rpc_role_serving(role, true);
    (void)printf(STR_FMT "\n", STR_ARG(rpc_server_address(server, c)));
    (void)fflush(stdout);
    obey(role, signals);
    bool whole = rpc_server_drain(server, DRAIN_MS);
    rpc_server_close(server);
    rpc_role_destroy(role);
    return whole ? NULL : err_new(c, ERR_ABORTED, "calls were cut off");
}

int main(int argc, char **argv)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    sigset_t signals;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGUSR1);
    (void)sigaddset(&signals, SIGUSR2);
    (void)pthread_sigmask(SIG_BLOCK, &signals, NULL);
    struct err *e = serve(&c, argc > 1 ? argv[1] : "127.0.0.1:0", &signals);

    if (e)
        (void)fprintf(stderr, "role_server: %s\n", err_text(&c, e));
    return e ? EXIT_FAILURE : EXIT_SUCCESS;
}
