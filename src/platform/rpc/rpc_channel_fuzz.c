/* Fuzz target: a connection on which a server answers anything; callers get an end of their calls.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <sys/socket.h>
#include <unistd.h>

#include "rpc_channel_parts.h"

/* A channel whose only connection is this socket; it is not there a second time. */
static struct rpc_channel *channel_new(int fd)
{
    struct rpc_channel_options options = rpc_channel_defaults;

    options.address = STR("127.0.0.1:1");
    options.connections = 1;
    options.message_max = 4096;
    struct rpc_channel *ch = rpc_channel_create(&options);
    struct rpc_channel_conn *conn = rpc_channel_conn_create(ch);

    conn->refs = 1;
    ch->slots[0] = ch->conns = conn;
    rpc_channel_conn_adopt(conn, fd, NULL);
    return ch;
}

static void receive_all(struct rpc_stream *s, struct ctx *c)
{
    struct str message;

    while (!rpc_stream_receive(s, c, &message))
        FUZZ_CHECK(message.len <= 4096);
}

/* Two calls and a stream are under way when the answer comes. */
static void call_all(struct rpc_channel *ch, struct ctx *c, int fd, struct str answer)
{
    struct rpc_flight *first = rpc_begin(ch, c, "/f/A", STR("x"));
    struct rpc_flight *second = rpc_begin(ch, c, "/f/B", STR(""));
    struct rpc_stream *s = NULL;
    struct str resp = {0};
    struct err *opened = rpc_stream_open(ch, c, "/f/S", &s);

    if (answer.len)
        (void)!send(fd, answer.ptr, answer.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    (void)shutdown(fd, SHUT_WR);
    if (!rpc_finish(second, &resp, NULL))
        FUZZ_CHECK(resp.len <= 4096);
    if (!opened)
        receive_all(s, c);
    if (!rpc_finish(first, &resp, NULL))
        FUZZ_CHECK(resp.len <= 4096);
    rpc_stream_close(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { INPUT_MAX = 32 * 1024 };
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int pair[2];

    if (size > INPUT_MAX ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
        return 0;
    struct rpc_channel *ch = channel_new(pair[0]);

    call_all(ch, &c, pair[1], (struct str){(const char *)data, size});
    rpc_channel_destroy(ch);
    close(pair[1]);
    arena_fini(&arena);
    return 0;
}
