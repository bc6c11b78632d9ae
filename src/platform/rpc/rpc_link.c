/* One HTTP/2 connection: bytes of many threads in one stream of writes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_link.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    OUT_FIRST = 4 * 1024,
    OUT_ENOUGH = 48 * 1024, /* bytes that are worth a write of their own */
    PLAIN = 16 * 1024,      /* bytes of one record of TLS */
};

void rpc_link_init(struct rpc_link *l)
{
    *l = (struct rpc_link){.fd = -1};
    pthread_mutex_init(&l->lock, NULL);
}

void rpc_link_fini(struct rpc_link *l)
{
    free(l->out);
    pthread_mutex_destroy(&l->lock);
}

void rpc_link_open(struct rpc_link *l, int fd, nghttp2_session *session, struct rpc_tls_pipe *tls)
{
    l->fd = fd;
    l->session = session;
    l->tls = tls;
    l->why = NULL;
    l->out_len = l->out_sent = 0;
    l->sending = l->blocked = l->broken = false;
}

/* ---- receiving ---- */

static bool to_session(struct rpc_link *l, const void *bytes, size_t len)
{
    return nghttp2_session_mem_recv(l->session, bytes, len) >= 0;
}

/* An alert that says why; as far as the socket takes it. */
static void say_last_words(struct rpc_link *l)
{
    char bytes[256];
    size_t len = l->sending ? 0 : rpc_tls_pipe_take(l->tls, bytes, sizeof(bytes));

    if (len)
        (void)!send(l->fd, bytes, len, MSG_NOSIGNAL);
}

static bool take_ciphered(struct rpc_link *l, const void *bytes, size_t len)
{
    char plain[PLAIN];
    int n;

    rpc_tls_pipe_feed(l->tls, bytes, len);
    while ((n = rpc_tls_pipe_read(l->tls, plain, sizeof(plain))) > 0)
        if (!to_session(l, plain, (size_t)n))
            return false;
    if (n < 0) {
        l->why = rpc_tls_pipe_why(l->tls);
        say_last_words(l);
    }
    return n == 0;
}

bool rpc_link_take(struct rpc_link *l, const void *bytes, size_t len)
{
    return l->tls ? take_ciphered(l, bytes, len) : to_session(l, bytes, len);
}

/* ---- sending ---- */

static void make_room(struct rpc_link *l, size_t len)
{
    size_t room = l->out_room ? l->out_room : OUT_FIRST;

    while (room < l->out_len + len)
        room *= 2;
    if (room == l->out_room)
        return;
    l->out = realloc(l->out, room);
    if (!l->out)
        abort();
    l->out_room = room;
}

static void append(struct rpc_link *l, const uint8_t *bytes, size_t len)
{
    make_room(l, len);
    memcpy(l->out + l->out_len, bytes, len);
    l->out_len += len;
}

static void append_ciphered(struct rpc_link *l)
{
    size_t len = rpc_tls_pipe_pending(l->tls);

    make_room(l, len);
    l->out_len += rpc_tls_pipe_take(l->tls, l->out + l->out_len, len);
}

/* The next piece of what the session says; false: that was all for now. */
static bool fill_some(struct rpc_link *l)
{
    const uint8_t *bytes;
    ssize_t n = nghttp2_session_mem_send(l->session, &bytes);

    if (n > 0 && l->tls && !rpc_tls_pipe_write(l->tls, bytes, (size_t)n))
        n = -1;
    if (n > 0 && !l->tls)
        append(l, bytes, (size_t)n);
    if (n < 0)
        rpc_link_break(l);
    return n > 0;
}

/* TLS introduces itself first. */
static bool may_speak(const struct rpc_link *l)
{
    return !l->tls || rpc_tls_pipe_is_ready(l->tls);
}

/* Is there something to send? */
static bool fill(struct rpc_link *l)
{
    if (l->out_sent == l->out_len)
        l->out_sent = l->out_len = 0;
    while (may_speak(l) && l->out_len < OUT_ENOUGH && fill_some(l))
        if (l->tls)
            append_ciphered(l);
    if (l->tls)
        append_ciphered(l);
    return l->out_sent < l->out_len && !l->broken;
}

static void close_socket(struct rpc_link *l)
{
    close(l->fd);
    l->fd = -1;
}

/* One write, without the lock. False: no more now, or never. */
static bool push(struct rpc_link *l)
{
    pthread_mutex_unlock(&l->lock);
    ssize_t n = send(l->fd, l->out + l->out_sent, l->out_len - l->out_sent, MSG_NOSIGNAL);
    int failed = n < 0 ? errno : 0;

    pthread_mutex_lock(&l->lock);
    if (!l->session)
        return false;
    if (n > 0)
        l->out_sent += (size_t)n;
    if (failed == EAGAIN)
        l->blocked = true;
    else if (failed && failed != EINTR)
        rpc_link_break(l);
    return !failed || failed == EINTR;
}

void rpc_link_flush(struct rpc_link *l)
{
    if (l->sending || l->broken || !l->session)
        return;
    l->sending = true;
    l->blocked = false;
    while (fill(l) && push(l))
        ;
    rpc_link_let_go(l);
}

bool rpc_link_hold(struct rpc_link *l)
{
    bool held = !l->sending && l->session;

    if (held)
        l->sending = true;
    return held;
}

/* Who closed it meanwhile has left the socket. */
void rpc_link_let_go(struct rpc_link *l)
{
    l->sending = false;
    if (!l->session)
        close_socket(l);
}

bool rpc_link_is_over(const struct rpc_link *l)
{
    return !nghttp2_session_want_read(l->session) && !nghttp2_session_want_write(l->session) &&
           l->out_sent == l->out_len;
}

void rpc_link_break(struct rpc_link *l)
{
    if (l->broken || !l->session)
        return;
    l->broken = true;
    (void)shutdown(l->fd, SHUT_RDWR);
}

void rpc_link_close(struct rpc_link *l)
{
    nghttp2_session *session = l->session;

    l->session = NULL;
    nghttp2_session_del(session);
    rpc_tls_pipe_destroy(l->tls);
    l->tls = NULL;
    if (!l->sending)
        close_socket(l);
}
