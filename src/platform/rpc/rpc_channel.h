/* gRPC, the calling side: connections to one peer. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_CHANNEL_H
#define RPC_CHANNEL_H

#include "err.h"

struct rpc_tls;

struct rpc_channel_options {
    struct str address;        /* HOST:PORT */
    const struct rpc_tls *tls; /* NULL: plain text */
    size_t connections;        /* 2 to 4: the next is used when the others are busy */
    size_t message_max;        /* bytes of one reply */
    size_t in_flight_max;      /* calls under way at a time; beyond, ERR_EXHAUSTED at once */
    int64_t connect_ms;        /* a connection that is not there by then has failed */
    int64_t keepalive_ms;      /* PING when silent that long while calls wait; 0: never. Silent
                                * after that too, it gets no more calls; what has no deadline
                                * fails */
};
extern const struct rpc_channel_options rpc_channel_defaults;

/*
 * Connects when first used and again after a failure, with growing pauses in between during which
 * calls fail at once (ERR_UNAVAILABLE). Any thread may call any function at any time.
 */
struct rpc_channel;

struct rpc_channel *rpc_channel_create(const struct rpc_channel_options *options);
void rpc_channel_destroy(struct rpc_channel *ch); /* ends what is under way; NULL is fine */

/* The next call connects, however short a while ago that failed: whoever asks has a pace of his
 * own. */
void rpc_channel_hurry(struct rpc_channel *ch);

/* ---- unary calls, in two halves ---- */

/* One call under way, in c's arena. */
struct rpc_flight;

/*
 * Sends and returns. c gives deadline, trace, request id and user; `path` is a literal
 * "/duan.favorite.v1.Favorite/Set". c and the bytes of `req` are borrowed until rpc_finish(), which
 * also tells what failed here.
 */
struct rpc_flight *rpc_begin(struct rpc_channel *ch, struct ctx *c, const char *path,
                             struct str req);

/*
 * Waits for the reply or the deadline; must be called once. The reply lies in c->arena. A failure
 * has the peer's code, reason, message, places and retry_after. ERR_TIMEOUT whenever it ends after
 * the deadline. *sent (may be NULL): false when the peer cannot have seen the call.
 */
MUST_USE struct err *rpc_finish(struct rpc_flight *flight, struct str *resp, bool *sent);

/* After rpc_finish(): the peer itself said how the call ended. */
bool rpc_was_answered(const struct rpc_flight *flight);

/* Waits until rpc_finish() would not, or until then: false. */
bool rpc_wait(struct rpc_flight *flight, int64_t until_ns);

/* In place of rpc_finish(): nobody wants the reply any more, and the peer is told so. */
void rpc_abandon(struct rpc_flight *flight);

/* ---- streams, both ways: for etcd and for health's Watch ---- */

/* Used by one thread at a time, but for rpc_stream_cancel(). Bytes that came and were not received
 * hold the peer back; a peer that does not read makes sending fail. */
struct rpc_stream;

/* c's deadline is that of the whole stream, 0 for one that lasts. Nothing of c is kept. */
MUST_USE struct err *rpc_stream_open(struct rpc_channel *ch, struct ctx *c, const char *path,
                                     struct rpc_stream **out);
/* Never waits. */
MUST_USE struct err *rpc_stream_send(struct rpc_stream *s, struct ctx *c, struct str message);
void rpc_stream_end(struct rpc_stream *s); /* no more will be sent: the peer is told */

/*
 * The next message, in c->arena. ERR_TIMEOUT at c's deadline: the stream goes on. Another failure
 * ends it; an orderly end is ERR_CANCELLED with the reason RPC_STREAM_END.
 */
MUST_USE struct err *rpc_stream_receive(struct rpc_stream *s, struct ctx *c, struct str *message);
extern const char RPC_STREAM_END[];

/* Any thread, until rpc_stream_close(). Wakes who waits in the stream, with ERR_CANCELLED. */
void rpc_stream_cancel(struct rpc_stream *s);
void rpc_stream_close(struct rpc_stream *s); /* NULL is fine */

#endif
