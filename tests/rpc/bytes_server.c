/* A gRPC server that says again what it is told: what foreign clients are tested against. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "rpc_server.h"
#include "rpc_tls.h"

enum { DRAIN_MS = 10000 };

/* ---- its service ---- */

static struct err *echo(struct ctx *c, struct str req, struct str *resp)
{
    *resp = arena_copy(c->arena, req);
    return NULL;
}

/* The failure has a chain: its root is what was asked for, "CODE REASON TEXT". */
static struct err *refuse(struct ctx *c, struct str req, struct str *resp)
{
    struct str code = str_cut(&req, ' '), reason = str_cut(&req, ' ');
    int64_t number = ERR_INVALID;
    struct err *e;

    (void)resp;
    (void)str_to_i64(code, &number);
    e = err_reason(c, (enum err_code)number, reason.len ? arena_copy(c->arena, reason).ptr : NULL,
                   STR_FMT, STR_ARG(req));
    e->retry_after_s = 7;
    return err_wrap(c, e, "kit");
}

/* Sleeps as many milliseconds as it is told. */
static struct err *wait_ms(struct ctx *c, struct str req, struct str *resp)
{
    int64_t ms = 0;

    (void)str_to_i64(req, &ms);
    (void)nanosleep(&(struct timespec){ms / CLOCK_MS_PER_S, ms % CLOCK_MS_PER_S * CLOCK_NS_PER_MS},
                    NULL);
    return echo(c, req, resp);
}

static struct err *who(struct ctx *c, struct str req, struct str *resp)
{
    int64_t left_ms =
        c->deadline_ns ? (c->deadline_ns - clock_monotonic_ns()) / CLOCK_NS_PER_MS : 0;

    (void)req;
    *resp =
        arena_str(c->arena, "user=%lld request=" STR_FMT " trace=%016llx%016llx left_ms=%lld",
                  (long long)c->user_id, STR_ARG(c->request_id), (unsigned long long)c->trace.high,
                  (unsigned long long)c->trace.low, (long long)left_ms);
    return NULL;
}

/* As many bytes as it is told. */
static struct err *bytes(struct ctx *c, struct str req, struct str *resp)
{
    enum { MOST = 64 << 20 };
    int64_t len = 0;

    if (!str_to_i64(req, &len) || len < 0 || len > MOST)
        return err_new(c, ERR_INVALID, "how many bytes?");
    *resp = (struct str){memset(arena_bytes(c->arena, (size_t)len), 'x', (size_t)len), (size_t)len};
    return NULL;
}

enum method { ECHO, REFUSE, WAIT, WHO, BYTES, CHAT, COUNT_UP, METHODS };

static struct err *handle(void *self, size_t method, struct ctx *c, struct str req,
                          struct str *resp)
{
    static struct err *(*const methods[METHODS])(struct ctx *, struct str, struct str *) = {
        [ECHO] = echo, [REFUSE] = refuse, [WAIT] = wait_ms, [WHO] = who, [BYTES] = bytes};

    (void)self;
    return methods[method](c, req, resp);
}

/* Says each message again; "fail" ends it. */
static struct err *chat(void *self, struct ctx *c, struct rpc_server_call *call, struct str message)
{
    (void)self;
    if (str_eq(message, STR("fail")))
        return err_reason(c, ERR_ABORTED, "told_to", "as you wish");
    (void)rpc_server_stream_send(call, message);
    return NULL;
}

/* From one up to the number it is told; then it stays open and says no more. */
static struct err *count_up(void *self, struct ctx *c, struct rpc_server_call *call,
                            struct str message)
{
    int64_t most = 0;

    (void)self;
    (void)str_to_i64(message, &most);
    for (int64_t i = 1; i <= most; i++)
        if (!rpc_server_stream_send(call, arena_str(c->arena, "%lld", (long long)i)))
            break;
    return NULL;
}

static const char *const names[METHODS] = {"Echo",  "Refuse", "Wait",   "Who",
                                           "Bytes", "Chat",   "CountUp"};
static const struct rpc_stream_handler streams[METHODS] = {
    [CHAT] = {.message = chat},
    [COUNT_UP] = {.message = count_up, .lasts = true},
};
static const struct rpc_service service = {.name = "duan.kit.v1.Kit",
                                           .methods = names,
                                           .count = METHODS,
                                           .handle = handle,
                                           .streams = streams};

/* ---- its options: NAME=VALUE ---- */

struct option {
    const char *name;
    size_t *size;
    int64_t *ms;
    struct str *text;
};

static bool set(const struct option *o, struct str value)
{
    int64_t number = 0;

    if (o->text)
        *o->text = value;
    else if (!str_to_i64(value, &number))
        return false;
    if (o->size)
        *o->size = (size_t)number;
    if (o->ms)
        *o->ms = number;
    return true;
}

static bool parse(const char *arg, struct rpc_server_options *s, struct rpc_tls_options *tls)
{
    const struct option all[] = {
        {.name = "pollers", .size = &s->pollers},
        {.name = "workers", .size = &s->workers},
        {.name = "queue_max", .size = &s->queue_max},
        {.name = "connections_max", .size = &s->connections_max},
        {.name = "streams_max", .size = &s->streams_max},
        {.name = "message_max", .size = &s->message_max},
        {.name = "slow_ms", .ms = &s->slow_ms},
        {.name = "idle_ms", .ms = &s->idle_ms},
        {.name = "age_ms", .ms = &s->age_ms},
        {.name = "keepalive_ms", .ms = &s->keepalive_ms},
        {.name = "listen", .text = &s->listen},
        {.name = "certificate", .text = &tls->certificate},
        {.name = "key", .text = &tls->key},
        {.name = "authority", .text = &tls->authority},
    };
    struct str value = str_of(arg), name = str_cut(&value, '=');

    for (size_t i = 0; i < COUNT(all); i++)
        if (str_eq(name, str_of(all[i].name)))
            return set(&all[i], value);
    return false;
}

/* ---- its life ---- */

static struct err *serve(struct ctx *c, const struct rpc_server_options *options,
                         struct rpc_server **out)
{
    TRY(rpc_server_create(c, options, out));
    rpc_server_add(*out, &service);
    TRY(rpc_server_start(*out, c));
    (void)printf(STR_FMT "\n", STR_ARG(rpc_server_address(*out, c)));
    (void)fflush(stdout);
    return NULL;
}

static void wait_for_end(void)
{
    sigset_t ends;
    int number;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    (void)sigwait(&ends, &number);
}

static void block_signals(void)
{
    sigset_t ends;

    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
}

/* Ends well when told to by a signal, and when no call was cut off. */
int main(int argc, char **argv)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    struct rpc_server_options options = rpc_server_defaults;
    struct rpc_tls_options tls_options = {0};
    struct rpc_tls *tls = NULL;
    struct rpc_server *s = NULL;
    struct err *e = NULL;

    for (int i = 1; i < argc; i++)
        if (!parse(argv[i], &options, &tls_options)) {
            (void)fprintf(stderr, "bytes_server: %s?\n", argv[i]);
            return EXIT_FAILURE;
        }
    block_signals();
    if (tls_options.certificate.len)
        e = rpc_tls_open(&c, &tls_options, &tls);
    options.tls = tls;
    if (!e)
        e = serve(&c, &options, &s);
    if (e) {
        (void)fprintf(stderr, "bytes_server: %s\n", err_text(&c, e));
        return EXIT_FAILURE;
    }
    wait_for_end();
    bool drained = rpc_server_drain(s, DRAIN_MS);

    rpc_server_close(s);
    rpc_tls_close(tls);
    return drained ? EXIT_SUCCESS : EXIT_FAILURE;
}
