/* What the parts of the gRPC server share: connections, calls, the queue between threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SERVER_PARTS_H
#define RPC_SERVER_PARTS_H

#include <stdatomic.h>

#include "grpc_reader.h"
#include "rpc_link.h"
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
    const struct rpc_route *route;
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
    const char *http;           /* status of a reply that is not gRPC's; NULL: 200 */
    size_t head_bytes;
    size_t reply_sent;                            /* of prefix and reply */
    bool posted, grpc_type, encoded, bad_timeout; /* what the head said */
    bool have_message;
    bool request_ended;  /* the caller has said all */
    bool busy;           /* ready, queued or with its handler */
    bool replied;        /* the head of the reply is on the way */
    bool answered;       /* its end is: what else comes is ignored */
    _Atomic bool closed; /* the stream is no more */
};

/*
 * One connection. These are used again, never freed before the server: an event that comes too late
 * finds another connection there, and reading it does no harm.
 */
struct rpc_server_conn {
    struct rpc_link link; /* its lock guards the rest */
    struct rpc_server *server;
    struct rpc_server_conn *next; /* of all, guarded by server->lock */
    struct rpc_server_conn *next_free;
    _Atomic unsigned events; /* not yet looked at; above zero: a thread is reading */
    size_t users; /* open calls, and threads at work: it is free again when all have left */
    struct rpc_server_call *calls;
    struct rpc_server_call *ready, **ready_tail; /* whole requests, until the reader takes them */
    bool open;                                   /* it has a session */
    bool used;                                   /* it is not among the free ones */
};

/* Requests that wait for a worker. */
struct rpc_server_queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct rpc_server_call *head, **tail;
    size_t count, max, idle;
    bool closed;
};

struct rpc_server {
    struct rpc_server_options options;
    struct rpc_routes routes;
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *settings;
    int listener, epoll, stop;
    pthread_t *threads;
    size_t thread_count;
    _Atomic size_t polling; /* threads that watch sockets */
    _Atomic bool stopping;
    struct rpc_server_queue queue;
    pthread_mutex_t lock; /* guards the lists below */
    struct rpc_server_conn *conns, *free_conns;
    struct rpc_server_call *pool;
    size_t pooled;
    _Atomic uint64_t calls, failed, refused;
    _Atomic size_t open_conns, running;
};

/* ---- rpc_server_call.c: what happens in one call ---- */

void rpc_server_call_callbacks(nghttp2_session_callbacks *callbacks);

/* Runs its handler and answers. Any of the server's threads, no lock held. */
void rpc_server_call_run(struct rpc_server_call *call);

/* The queue was full. No lock held. */
void rpc_server_call_refuse(struct rpc_server_call *call);

/* All of these with the connection's lock held. */
void rpc_server_call_answer(struct rpc_server_call *call,
                            struct err *e);                     /* if it has no answer yet */
void rpc_server_call_begin_reply(struct rpc_server_call *call); /* there is something in `out` */
void rpc_server_call_release(
    struct rpc_server_call *call); /* if neither stream nor thread has it */
void rpc_server_call_drop(struct rpc_server_call *call);
void rpc_server_call_free(struct rpc_server_call *call); /* one of the pool */

/* ---- rpc_server_stream.c: calls with several messages ---- */

/* A message, the end of them, or the end of the stream: a thread is to look. Lock held. */
void rpc_server_stream_schedule(struct rpc_server_call *call);
void rpc_server_stream_consume(struct rpc_server_call *call);
void rpc_server_stream_run(struct rpc_server_call *call); /* no lock held */

/* ---- rpc_server_conn.c: sockets and sessions ---- */

void rpc_server_conn_accept(struct rpc_server *s);

/* An event came for it. Returns the requests to run, linked by next. */
struct rpc_server_call *rpc_server_conn_event(struct rpc_server_conn *conn);

/* Lock held. Who gives the lock up for a while is a user. */
void rpc_server_conn_enter(struct rpc_server_conn *conn);
void rpc_server_conn_leave(struct rpc_server_conn *conn);
void rpc_server_conn_close(struct rpc_server_conn *conn); /* lock held, by its reader */
void rpc_server_conn_free(struct rpc_server_conn *conn);

/* ---- rpc_server_queue.c ---- */

void rpc_server_queue_init(struct rpc_server_queue *q, size_t max);
void rpc_server_queue_fini(struct rpc_server_queue *q);

/* Takes calls linked by next; returns those for which there was no room. */
struct rpc_server_call *rpc_server_queue_push(struct rpc_server_queue *q,
                                              struct rpc_server_call *calls);
/* Whatever its length: there are never more streams than connections allow. */
void rpc_server_queue_insist(struct rpc_server_queue *q, struct rpc_server_call *call);
struct rpc_server_call *rpc_server_queue_wait(struct rpc_server_queue *q); /* NULL: closed */
struct rpc_server_call *rpc_server_queue_take(struct rpc_server_queue *q); /* NULL: empty */
void rpc_server_queue_close(struct rpc_server_queue *q);
size_t rpc_server_queue_depth(struct rpc_server_queue *q);

#endif
