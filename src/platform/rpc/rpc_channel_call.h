/* One call of a channel. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_CHANNEL_CALL_H
#define RPC_CHANNEL_CALL_H

#include <nghttp2/nghttp2.h>
#include <stdatomic.h>

#include "grpc_reader.h"
#include "grpc_status.h"
#include "rpc_message.h"

struct rpc_channel;
struct rpc_channel_conn;

/*
 * One call, unary or streaming. The connection's lock guards it from submit to detach; before and
 * after it belongs to whoever made the call.
 */
struct rpc_channel_call {
    struct rpc_channel_call *next_free;
    struct rpc_channel_call *left, *right; /* the open ones of the connection */
    struct rpc_channel_call *next_waiter, *last_waiter;
    struct rpc_channel *ch;
    struct rpc_channel_conn *conn; /* a reference */
    const char *path;              /* borrowed */
    int32_t stream;
    bool streaming;
    bool timed; /* it has a deadline */

    struct rpc_messages out;
    bool out_ended;
    struct rpc_message request; /* of a unary call */

    struct arena arena;         /* what came lies in it */
    struct arena message_arena; /* of a stream: the message that is coming */
    struct grpc_reader reader;
    struct grpc_status status;
    struct str reply; /* of a unary call */
    bool have_reply;
    struct rpc_messages inbox; /* of a stream: what was not yet taken */
    size_t held;               /* bytes that the peer was not yet told to send again as many */
    size_t head_bytes;
    bool not_grpc; /* another content-type */
    int http;      /* :status; 0: none came */

    bool begun;         /* its first frame was made */
    bool done;          /* nothing more will come */
    bool unseen;        /* the peer has not acted on it */
    enum err_code lost; /* how it ended without a status from the peer; 0: not */
    const char *why;    /* a literal */
    int64_t done_ns;

    /*
     * Its caller sleeps while another reads, and needs no lock to wake up. Who has taken it off the
     * list of those who wait will wake it, and is done with it then.
     */
    bool waiting;
    enum rpc_channel_call_sleep { SLEEP_ON, SLEEP_LOOK, SLEEP_OVER } news; /* what it wakes to */
    _Atomic uint32_t woken; /* one of these; no lock */
};

void rpc_channel_call_callbacks(nghttp2_session_callbacks *callbacks);
struct rpc_channel_call *rpc_channel_call_create(void);
void rpc_channel_call_destroy(struct rpc_channel_call *call);
void rpc_channel_call_reset(struct rpc_channel_call *call); /* as new, but for its memory */

/* All of these with the connection's lock held. */
void rpc_channel_call_again(struct rpc_channel_call *call); /* over and unseen: as before */
void rpc_channel_call_submit(struct rpc_channel_call *call, struct ctx *c);
void rpc_channel_call_lose(struct rpc_channel_call *call, enum err_code code, const char *why);
void rpc_channel_call_cancel(struct rpc_channel_call *call); /* tells the peer, if it is not over */
/* As if the peer had said so; it is told to leave it. */
void rpc_channel_call_fail(struct rpc_channel_call *call, enum err_code code, const char *why);
bool rpc_channel_call_has_news(const struct rpc_channel_call *call);
void rpc_channel_call_consume(struct rpc_channel_call *call); /* after something left the inbox */

/* No lock needed: it is over. NULL: the peer said that it went well. */
struct err *rpc_channel_call_outcome(const struct rpc_channel_call *call, struct ctx *c);

#endif
