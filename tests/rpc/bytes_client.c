/* Calls any gRPC server as our own code does: what foreign servers are tested with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "rpc_channel.h"

/*
 * bytes_client ADDRESS PATH TIMEOUT_MS MESSAGE          one call
 * bytes_client ADDRESS PATH TIMEOUT_MS -- MESSAGE...    a stream: all are sent, then all is
 * received
 *
 * Prints a line "reply LENGTH TEXT" for each message that comes, then "ok" or a line
 * "failed CODE REASON RETRY_AFTER TEXT".
 */
enum { ARG_ADDRESS = 1, ARG_PATH, ARG_TIMEOUT, ARG_MESSAGE, SHOWN = 80 };

static void print_reply(struct str reply)
{
    struct str shown = {reply.ptr, reply.len < SHOWN ? reply.len : SHOWN};

    (void)printf("reply %zu " STR_FMT "\n", reply.len, STR_ARG(shown));
}

static int print_end(struct ctx *c, const struct err *e)
{
    if (!e)
        (void)printf("ok\n");
    else
        (void)printf("failed %d %s %d %s\n", (int)e->code, e->reason ? e->reason : "-",
                     e->retry_after_s, err_text(c, e));
    return EXIT_SUCCESS;
}

static struct err *call_once(struct rpc_channel *ch, struct ctx *c, char **argv)
{
    struct str resp;

    TRY(rpc_finish(rpc_begin(ch, c, argv[ARG_PATH], str_of(argv[ARG_MESSAGE])), &resp, NULL));
    print_reply(resp);
    return NULL;
}

static struct err *receive_all(struct rpc_stream *s, struct ctx *c)
{
    for (;;) {
        struct str message;
        struct err *e = rpc_stream_receive(s, c, &message);

        if (e && e->reason == RPC_STREAM_END)
            return NULL;
        if (e)
            return e;
        print_reply(message);
    }
}

static struct err *converse(struct rpc_stream *s, struct ctx *c, char **messages)
{
    for (; *messages; messages++)
        TRY(rpc_stream_send(s, c, str_of(*messages)));
    rpc_stream_end(s);
    return receive_all(s, c);
}

static struct err *call_stream(struct rpc_channel *ch, struct ctx *c, char **argv)
{
    struct rpc_stream *s = NULL;

    TRY(rpc_stream_open(ch, c, argv[ARG_PATH], &s));
    struct err *e = converse(s, c, &argv[ARG_MESSAGE + 1]);

    rpc_stream_close(s);
    return e;
}

int main(int argc, char **argv)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena,
                    .user_id = 42,
                    .request_id = STR("request-1"),
                    .trace = {.high = 1, .low = 2, .span = 3, .sampled = true}};
    struct rpc_channel_options options = rpc_channel_defaults;
    int64_t timeout_ms;

    if (argc <= ARG_MESSAGE || !str_to_i64(str_of(argv[ARG_TIMEOUT]), &timeout_ms))
        return EXIT_FAILURE;
    c.deadline_ns = clock_monotonic_ns() + timeout_ms * CLOCK_NS_PER_MS;
    options.address = str_of(argv[ARG_ADDRESS]);
    struct rpc_channel *ch = rpc_channel_create(&options);
    bool stream = str_eq(str_of(argv[ARG_MESSAGE]), STR("--"));
    int status = print_end(&c, stream ? call_stream(ch, &c, argv) : call_once(ch, &c, argv));

    rpc_channel_destroy(ch);
    return status;
}
