/* Connections of the gRPC server: their sockets and sessions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "rpc_address.h"
#include "rpc_server_parts.h"

enum { READ_SIZE = 32 * 1024 };

/* ---- life ---- */

static struct rpc_server_conn *conn_new(struct rpc_server *s)
{
    struct rpc_server_conn *conn = calloc(1, sizeof(*conn));

    if (!conn)
        abort();
    rpc_link_init(&conn->link);
    conn->server = s;
    pthread_mutex_lock(&s->lock);
    conn->next = s->conns;
    s->conns = conn;
    pthread_mutex_unlock(&s->lock);
    return conn;
}

static struct rpc_server_conn *conn_get(struct rpc_server *s)
{
    pthread_mutex_lock(&s->lock);
    struct rpc_server_conn *conn = s->free_conns;

    if (conn)
        s->free_conns = conn->next_free;
    pthread_mutex_unlock(&s->lock);
    return conn ? conn : conn_new(s);
}

void rpc_server_conn_free(struct rpc_server_conn *conn)
{
    rpc_link_fini(&conn->link);
    free(conn);
}

void rpc_server_conn_enter(struct rpc_server_conn *conn)
{
    conn->users++;
}

void rpc_server_conn_leave(struct rpc_server_conn *conn)
{
    struct rpc_server *s = conn->server;

    if (--conn->users > 0 || conn->open || !conn->used)
        return;
    conn->used = false;
    atomic_fetch_sub(&s->open_conns, 1);
    pthread_mutex_lock(&s->lock);
    conn->next_free = s->free_conns;
    s->free_conns = conn;
    pthread_mutex_unlock(&s->lock);
}

void rpc_server_conn_close(struct rpc_server_conn *conn)
{
    conn->open = false;
    for (struct rpc_server_call *call = conn->calls, *next; call; call = next) {
        next = call->right;
        rpc_server_call_drop(call);
    }
    rpc_link_close(&conn->link);
}

/* ---- accepting ---- */

static nghttp2_session *session_new(struct rpc_server_conn *conn)
{
    const struct rpc_server *s = conn->server;
    nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, (uint32_t)s->options.streams_max},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, RPC_LINK_STREAM_WINDOW},
    };
    nghttp2_session *session = NULL;

    if (nghttp2_session_server_new2(&session, s->callbacks, conn, s->settings) ||
        nghttp2_submit_settings(session, NGHTTP2_FLAG_NONE, settings, COUNT(settings)) ||
        nghttp2_session_set_local_window_size(session, NGHTTP2_FLAG_NONE, 0, RPC_LINK_WINDOW))
        abort(); /* only for want of memory */
    return session;
}

static void watch(struct rpc_server_conn *conn, int fd)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
                                .data.ptr = conn};

    if (epoll_ctl(conn->server->epoll, EPOLL_CTL_ADD, fd, &event))
        abort();
}

struct rpc_server_conn *rpc_server_conn_open(struct rpc_server *s, int fd)
{
    struct rpc_server_conn *conn = conn_get(s);

    rpc_address_no_delay(fd);
    atomic_fetch_add(&s->accepted, 1);
    atomic_fetch_add(&s->open_conns, 1);
    pthread_mutex_lock(&conn->link.lock);
    rpc_link_open(&conn->link, fd, session_new(conn),
                  s->options.tls ? rpc_tls_pipe_serve(s->options.tls) : NULL);
    conn->open = conn->used = true;
    conn->calls = NULL;
    conn->ready = NULL;
    conn->ready_tail = &conn->ready;
    atomic_store(&conn->hung_up, false);
    conn->phase = PHASE_SERVING;
    conn->phase_ns = conn->opened_ns = conn->heard_ns = conn->quiet_ns = 0;
    rpc_transit_begin(&conn->transit, rpc_address_let_in_ns(fd));
    conn->begun = conn->begun_seen = 0;
    conn->noise = 0;
    conn->heard = conn->pinged = conn->greeted = false;
    watch(conn, fd);
    pthread_mutex_unlock(&conn->link.lock);
    return conn;
}

void rpc_server_conn_listen(struct rpc_server *s, bool on)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};

    if (epoll_ctl(s->epoll, on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, s->listener, &event) && on)
        abort();
}

/* What a server says first is sent with the first event: the socket is writable. */
bool rpc_server_conn_accept(struct rpc_server *s)
{
    int fd = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    if (fd < 0 && (errno == EMFILE || errno == ENFILE) && !atomic_exchange(&s->deaf, true))
        rpc_server_conn_listen(s, false);
    if (fd < 0)
        return false;
    if (atomic_load(&s->open_conns) >= s->options.connections_max)
        close(fd);
    else
        (void)rpc_server_conn_open(s, fd);
    return true;
}

/* ---- manners ---- */

void rpc_server_conn_blame(struct rpc_server_conn *conn, const char *why)
{
    struct rpc_server *s = conn->server;

    atomic_fetch_add(&s->misused, 1);
    pthread_mutex_lock(&s->lock);
    s->misuse = why;
    pthread_mutex_unlock(&s->lock);
}

enum { NOISE_MAX = 1000 /* frames between two sweeps that serve no call */ };

/* Resets are counted by the library. */
static bool serves_a_call(const nghttp2_frame_hd *frame)
{
    switch (frame->type) {
    case NGHTTP2_HEADERS:
    case NGHTTP2_WINDOW_UPDATE:
    case NGHTTP2_RST_STREAM:
        return true;
    case NGHTTP2_DATA:
        return frame->length > 0 || frame->flags & NGHTTP2_FLAG_END_STREAM;
    default:
        return false;
    }
}

void rpc_server_conn_count(struct rpc_server_conn *conn, const nghttp2_frame *frame)
{
    if (frame->hd.type == NGHTTP2_SETTINGS && !(frame->hd.flags & NGHTTP2_FLAG_ACK))
        conn->greeted = true;
    if (serves_a_call(&frame->hd) || ++conn->noise != NOISE_MAX)
        return;
    rpc_server_conn_blame(conn, "too many frames that serve no call");
    (void)nghttp2_session_terminate_session(conn->link.session, NGHTTP2_ENHANCE_YOUR_CALM);
}

/* When all is said the peer closes first: what it sends meanwhile would make the kernel drop our
 * last words. */
void rpc_server_conn_flush(struct rpc_server_conn *conn)
{
    rpc_link_flush(&conn->link);
    if (!conn->open || conn->phase == PHASE_LINGERING || !rpc_link_is_over(&conn->link))
        return;
    conn->phase = PHASE_LINGERING;
    conn->phase_ns = 0;
    (void)shutdown(conn->link.fd, SHUT_WR);
}

/* ---- reading ---- */

static bool take(struct rpc_server_conn *conn, const char *bytes, size_t len)
{
    conn->heard = true;
    if (conn->phase == PHASE_LINGERING || rpc_link_take(&conn->link, bytes, len))
        return true;
    rpc_server_conn_blame(conn, conn->link.why ? conn->link.why : "this is no HTTP/2");
    return false;
}

/* Lock held, given up meanwhile. False: nothing more for now, or the end. */
static bool read_some(struct rpc_server_conn *conn)
{
    char bytes[READ_SIZE];
    int fd = conn->link.fd;

    pthread_mutex_unlock(&conn->link.lock);
    ssize_t n = recv(fd, bytes, sizeof(bytes), 0);
    int failed = n < 0 ? errno : 0;

    pthread_mutex_lock(&conn->link.lock);
    if (failed == EAGAIN || failed == EINTR)
        return failed == EINTR;
    if (n <= 0 || !take(conn, bytes, (size_t)n)) {
        rpc_server_conn_close(conn);
        return false;
    }
    /* Less: there is no more, or an event will come; but the end comes without one of its own. */
    return n == (ssize_t)sizeof(bytes) || atomic_load(&conn->hung_up);
}

static void read_all(struct rpc_server_conn *conn)
{
    while (conn->open && read_some(conn))
        ;
    if (conn->open)
        rpc_server_conn_flush(conn);
}

static struct rpc_server_call *take_ready(struct rpc_server_conn *conn)
{
    struct rpc_server_call *calls = conn->ready;

    conn->ready = NULL;
    conn->ready_tail = &conn->ready;
    return calls;
}

/* A thread that finds another at it leaves a mark and goes: that one will look again. */
struct rpc_server_call *rpc_server_conn_event(struct rpc_server_conn *conn)
{
    struct rpc_server_call *calls = NULL;
    unsigned seen;

    if (atomic_fetch_add(&conn->events, 1) > 0)
        return NULL;
    pthread_mutex_lock(&conn->link.lock);
    rpc_server_conn_enter(conn);
    do {
        seen = atomic_load(&conn->events);
        if (conn->open)
            read_all(conn);
    } while (atomic_fetch_sub(&conn->events, seen) != seen);
    calls = take_ready(conn);
    rpc_server_conn_leave(conn);
    pthread_mutex_unlock(&conn->link.lock);
    return calls;
}
