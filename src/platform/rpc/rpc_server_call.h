/* One call of the gRPC server. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SERVER_CALL_H
#define RPC_SERVER_CALL_H

#include <nghttp2/nghttp2.h>

#include "grpc_reader.h"
#include "rpc_message.h"
#include "rpc_routes.h"

/*
 * One call. Its connection's lock guards it, but for ctx, request, reply and failure while `busy`:
 * then they belong to the thread that runs it. Released when its stream is closed and no thread has
 * it.
 */
struct rpc_server_call {
    struct rpc_server_call *next; /* in a list of those that are ready, the queue, the pool */
    struct rpc_server_call *left, *right; /* the open ones of its connection */
    struct rpc_server_conn *conn;
    struct rpc_route *route;
    int32_t stream;
    struct arena arena;
    struct ctx ctx;
    struct grpc_reader reader;
    const struct rpc_stream_handler *streaming; /* NULL: unary */
    struct str request;
    struct rpc_message reply; /* of a unary call */
    struct rpc_messages out;
    struct err *failure;
    struct rpc_messages inbox;  /* of a stream: what its handler has not seen */
    size_t held;                /* bytes that the peer was not yet told to send again as many */
    struct arena coming;        /* of a stream: the message that is not whole */
    struct arena message_arena; /* of a stream: its handler's */
    bool told;                  /* its handler knows of it */
    int64_t since_ns;           /* nothing has moved since, as the sweep saw it; 0: not yet */
    bool moved;                 /* since the last sweep */
    const char *http;           /* status of a reply that is not gRPC's; NULL: 200 */
    size_t head_bytes;
    size_t reply_sent;                            /* of prefix and reply */
    bool posted, grpc_type, encoded, bad_timeout; /* what the head said */
    int64_t late_ns;                              /* what its deadline has lost on the way */
    bool have_message;
    bool request_ended;  /* the caller has said all */
    bool busy;           /* ready, queued or with its handler */
    bool replied;        /* the head of the reply is on the way */
    bool answered;       /* its end is: what else comes is ignored */
    _Atomic bool closed; /* the stream is no more */
};

/* ---- rpc_server_call.c: what happens in one call ---- */

void rpc_server_call_callbacks(nghttp2_session_callbacks *callbacks);

/* All of these with the connection's lock held. */
void rpc_server_call_answer(struct rpc_server_call *call,
                            struct err *e);                     /* if it has no answer yet */
void rpc_server_call_begin_reply(struct rpc_server_call *call); /* there is something in `out` */
void rpc_server_call_release(
    struct rpc_server_call *call); /* if neither stream nor thread has it */
void rpc_server_call_drop(struct rpc_server_call *call);
void rpc_server_call_free(struct rpc_server_call *call); /* one of the pool */

/* ---- rpc_server_run.c: handlers ---- */

/* Runs its handler and answers. Any of the server's threads, no lock held. */
void rpc_server_run(struct rpc_server_call *call);

/* Its method has lately taken no time to speak of. */
bool rpc_server_run_is_quick(const struct rpc_server_call *call);

/*
 * The same for requests that were read together: one after the other, as long as that takes no time
 * to speak of, and few writes for all. Returns those that are better run by others.
 */
struct rpc_server_call *rpc_server_run_batch(struct rpc_server_call *call);

/* The queue was full. No lock held. */
void rpc_server_run_refuse(struct rpc_server_call *call);

/* ---- rpc_server_stream.c: calls with several messages ---- */

/* A message, the end of them, or the end of the stream: a thread is to look. Lock held. */
void rpc_server_stream_schedule(struct rpc_server_call *call);
void rpc_server_stream_consume(struct rpc_server_call *call);
void rpc_server_stream_run(struct rpc_server_call *call); /* no lock held */

#endif
