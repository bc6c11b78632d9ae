/* Fuzz target: a connection on which a client sends anything; the server serves it and survives. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rpc_server_parts.h"

/* The first byte says how much of an honest beginning there is, and how the rest is cut. */
enum { HONEST = 1, SMALL_PIECES = 2, SWEEP = 4, SMALL_PIECE = 5, QUEUE_MAX = 4 };

static const char GREETING[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0";

static struct err *handle(void *self, size_t method, struct ctx *c, struct str req,
                          struct str *resp)
{
    (void)self;
    (void)method;
    if (req.len && req.ptr[0] == '!')
        return err_reason(c, ERR_ABORTED, "told_to", STR_FMT, STR_ARG(req));
    *resp = arena_copy(c->arena, req);
    return NULL;
}

static struct err *message(void *self, struct ctx *c, struct rpc_server_call *call, struct str said)
{
    if (said.len && said.ptr[0] == '!')
        return err_reason(c, ERR_ABORTED, "told_to", STR_FMT, STR_ARG(said));
    (void)self;
    (void)rpc_server_stream_send(call, said);
    return NULL;
}

/* One without threads and without a socket of its own. */
static struct rpc_server *server_new(struct ctx *c)
{
    static const char *const methods[] = {"A", "S", "L"};
    static const struct rpc_stream_handler streams[] = {
        {0}, {.message = message}, {.message = message, .lasts = true}};
    static const struct rpc_service service = {.name = "f",
                                               .methods = methods,
                                               .count = COUNT(methods),
                                               .handle = handle,
                                               .streams = streams};
    struct rpc_server_options options = rpc_server_defaults;
    struct rpc_server *s = NULL;

    options.queue_max = QUEUE_MAX;
    options.message_max = 4096;
    options.slow_ms = 1;
    FUZZ_CHECK(!rpc_server_create(c, &options, &s));
    rpc_server_add(s, &service);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    return s;
}

static void run_all(struct rpc_server *s, struct rpc_server_call *calls)
{
    for (struct rpc_server_call *next; calls; calls = next) {
        next = calls->next;
        rpc_server_run(calls);
    }
    while ((calls = rpc_server_queue_take(&s->queue)) != NULL)
        rpc_server_run(calls);
}

static void drain(int fd)
{
    char bytes[4096];

    while (recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT) > 0)
        ;
}

static void say(struct rpc_server *s, struct rpc_server_conn *conn, int fd, struct str bytes)
{
    if (bytes.len)
        (void)!send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    run_all(s, rpc_server_conn_event(conn));
    drain(fd);
}

static void converse(struct rpc_server *s, struct rpc_server_conn *conn, int fd, uint8_t how,
                     struct str data)
{
    size_t step = how & SMALL_PIECES ? SMALL_PIECE : data.len;

    if (how & HONEST)
        say(s, conn, fd, (struct str){GREETING, sizeof(GREETING)});
    for (; data.len; data = str_from(data, step))
        say(s, conn, fd, (struct str){data.ptr, data.len < step ? data.len : step});
    if (how & SWEEP) {
        rpc_server_sweep(s);
        rpc_server_sweep(s);
    }
    (void)shutdown(fd, SHUT_WR);
    atomic_store(&conn->hung_up, true);
    say(s, conn, fd, (struct str){0});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { INPUT_MAX = 32 * 1024 };
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int pair[2];

    if (size == 0 || size > INPUT_MAX ||
        socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
        return 0;
    struct rpc_server *s = server_new(&c);

    converse(s, rpc_server_conn_open(s, pair[0]), pair[1], data[0],
             (struct str){(const char *)data + 1, size - 1});
    FUZZ_CHECK(atomic_load(&s->open_conns) == 0); /* nothing is left of it */
    rpc_server_close(s);
    close(pair[1]);
    arena_fini(&arena);
    return 0;
}
