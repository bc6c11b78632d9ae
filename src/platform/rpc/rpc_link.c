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

void rpc_link_open(struct rpc_link *l, int fd, nghttp2_session *session)
{
    l->fd = fd;
    l->session = session;
    l->out_len = l->out_sent = 0;
    l->sending = l->blocked = l->broken = false;
}

bool rpc_link_take(struct rpc_link *l, const void *bytes, size_t len)
{
    return nghttp2_session_mem_recv(l->session, bytes, len) >= 0;
}

static void append(struct rpc_link *l, const uint8_t *bytes, size_t len)
{
    size_t room = l->out_room ? l->out_room : OUT_FIRST;

    while (room < l->out_len + len)
        room *= 2;
    if (room != l->out_room) {
        l->out = realloc(l->out, room);
        if (!l->out)
            abort();
        l->out_room = room;
    }
    memcpy(l->out + l->out_len, bytes, len);
    l->out_len += len;
}

/* Is there something to send? */
static bool fill(struct rpc_link *l)
{
    const uint8_t *bytes;
    ssize_t n = 1;

    if (l->out_sent == l->out_len)
        l->out_sent = l->out_len = 0;
    while (l->out_len < OUT_ENOUGH && (n = nghttp2_session_mem_send(l->session, &bytes)) > 0)
        append(l, bytes, (size_t)n);
    if (n < 0)
        rpc_link_break(l);
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
    if (!l->sending)
        close_socket(l);
}
