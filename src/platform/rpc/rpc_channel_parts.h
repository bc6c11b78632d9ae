/* What the parts of a channel share: its connections, the calls on them, who reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_CHANNEL_PARTS_H
#define RPC_CHANNEL_PARTS_H

#include <stdatomic.h>

#include "rpc_address.h"
#include "rpc_channel.h"
#include "rpc_channel_call.h"
#include "rpc_link.h"

/* One connection; its lock guards the rest. Freed when nobody refers to it. */
struct rpc_channel_conn {
    struct rpc_link link;
    struct rpc_channel *ch;        /* borrowed */
    struct rpc_channel_conn *next; /* of all of the channel; ch->lock */
    size_t refs;                   /* ch->lock */
    bool ended;                    /* the channel's end has been here; ch->lock */
    bool started;
    bool connecting;
    bool heard;           /* the peer has said something: it speaks HTTP/2 */
    _Atomic bool leaving; /* takes no new calls */
    bool reading;         /* a caller waits for the socket */
    int wake;             /* eventfd: makes the one who reads look again */
    struct rpc_addresses addresses;
    size_t address;
    int64_t began_ns, connect_by_ns, heard_ns;
    bool pinged;
    struct rpc_channel_call *calls;
    struct rpc_channel_call *first_waiter, *last_waiter;
    struct rpc_channel_call *news; /* those who are to be woken, by next_waiter */
    char bytes[32 * 1024];         /* the reader's */
};

enum { RPC_CHANNEL_CONNECTIONS_MAX = 4 };

struct rpc_channel {
    struct rpc_channel_options options;
    char *address;
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *settings;
    pthread_mutex_t lock; /* guards all below; taken inside a connection's lock, never around one */
    struct rpc_channel_conn *slots[RPC_CHANNEL_CONNECTIONS_MAX];
    struct rpc_channel_conn *conns;
    size_t turn;
    struct rpc_channel_call *pool;
    size_t pooled;
    size_t refs; /* the owner's, and one for each call */
    size_t in_flight;
    bool closed;
    int64_t retry_ns, pause_ns; /* nothing connects before; grows with each failure */
};

/* ---- rpc_channel.c ---- */

/* A call with a connection to use. Nothing is sent yet. ERR_UNAVAILABLE, ERR_EXHAUSTED: at once. */
MUST_USE struct err *rpc_channel_take(struct rpc_channel *ch, struct ctx *c,
                                      struct rpc_channel_call **out);
/* Another connection for a call that nobody saw; false: there is none now. */
MUST_USE bool rpc_channel_retake(struct rpc_channel_call *call);
void rpc_channel_give(struct rpc_channel_call *call); /* no lock held; the end of it */

/* Sends its head and what is in `out`, on another connection if this one takes no more calls. */
void rpc_channel_send(struct rpc_channel_call *call, struct ctx *c);

/* What became of an attempt to connect. A connection's lock may be held. */
void rpc_channel_connected(struct rpc_channel *ch);
void rpc_channel_failed(struct rpc_channel *ch);

/* ---- rpc_channel_conn.c ---- */

struct rpc_channel_conn *rpc_channel_conn_create(struct rpc_channel *ch);
void rpc_channel_conn_destroy(struct rpc_channel_conn *conn); /* nobody refers to it */

/* Gives up the lock and wakes those for whom something came; then it may be gone. */
void rpc_channel_conn_unlock(struct rpc_channel_conn *conn);

/* All of these with the lock held. */
void rpc_channel_conn_adopt(struct rpc_channel_conn *conn, int fd, struct rpc_tls_pipe *tls);
void rpc_channel_conn_start(struct rpc_channel_conn *conn, struct ctx *c); /* the first time */
void rpc_channel_conn_check(struct rpc_channel_conn *conn);                /* is it still good? */
void rpc_channel_conn_flush(struct rpc_channel_conn *conn);
void rpc_channel_conn_news(struct rpc_channel_call *call); /* something came for it */
void rpc_channel_conn_end(struct rpc_channel_conn *conn, const char *why);
void rpc_channel_conn_poke(struct rpc_channel_conn *conn); /* the one who reads looks again */

/* No lock held. Until something is there for the call, or the deadline: false. */
bool rpc_channel_conn_wait(struct rpc_channel_conn *conn, struct rpc_channel_call *call,
                           int64_t deadline_ns);

#endif
