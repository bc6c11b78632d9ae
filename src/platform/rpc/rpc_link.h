/* One HTTP/2 connection, seen from either end: session, socket, and the one thread that sends. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_LINK_H
#define RPC_LINK_H

#include <nghttp2/nghttp2.h>
#include <pthread.h>

#include "rpc_tls.h"

/* What both ends announce: a stream may be ahead of its reader by that much, a connection too. */
enum { RPC_LINK_STREAM_WINDOW = 1 << 20, RPC_LINK_WINDOW = 4 << 20 };

/*
 * The lock guards all of it, and the session with its callbacks. Whoever has something to send
 * submits it under the lock and calls rpc_link_flush(): if another thread is sending already, that
 * one takes it along with the next write. Only the one thread that reads may close.
 */
struct rpc_link {
    pthread_mutex_t lock;
    nghttp2_session *session; /* NULL: closed */
    int fd;
    struct rpc_tls_pipe *tls; /* NULL: plain text */
    const char *why;          /* what broke it, when it is known: a literal */
    char *out;                /* bytes on their way into the socket */
    size_t out_len, out_sent, out_room;
    bool sending; /* a thread is in send(), without the lock, or holds back what is to be sent */
    bool blocked; /* the socket takes no more: flush again when it does */
    bool broken;  /* no more can be sent; the reader will close it */
};

/* Once per struct; a link may be opened and closed many times. */
void rpc_link_init(struct rpc_link *l);
void rpc_link_fini(struct rpc_link *l);

/* Lock held. The link takes over the socket (non-blocking, perhaps still connecting), the session,
 * and TLS if there is any. */
void rpc_link_open(struct rpc_link *l, int fd, nghttp2_session *session, struct rpc_tls_pipe *tls);

/* What came from the socket goes to the session; lock held. False: it makes no sense, close. */
MUST_USE bool rpc_link_take(struct rpc_link *l, const void *bytes, size_t len);

/* Sends what the session has. Lock held; it is given up while sending: not from a callback. */
void rpc_link_flush(struct rpc_link *l);

/* Lock held: until rpc_link_let_go() nothing is sent. False: somebody is at it, or it is closed. */
MUST_USE bool rpc_link_hold(struct rpc_link *l);
void rpc_link_let_go(struct rpc_link *l);

/* Both sides have said what they had to. Lock held. */
bool rpc_link_is_over(const struct rpc_link *l);

/* From now on nothing goes either way, and the reader wakes up. Any thread, lock held. */
void rpc_link_break(struct rpc_link *l);

/* The reader, lock held: the session is gone, the socket as soon as nobody sends. */
void rpc_link_close(struct rpc_link *l);

#endif
