/* What the parts of the gRPC server share: connections, calls, the queue between threads. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SERVER_PARTS_H
#define RPC_SERVER_PARTS_H

#include <stdatomic.h>

#include "rpc_link.h"
#include "rpc_server_call.h"
#include "rpc_server_queue.h"
#include "rpc_transit.h"

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
    _Atomic bool hung_up;                        /* the peer sends no more: read to the end */
    enum rpc_server_phase {
        PHASE_SERVING,
        PHASE_NOTICED,   /* the peer was asked to take new calls elsewhere */
        PHASE_LEAVING,   /* the peer knows which calls will still be served */
        PHASE_LINGERING, /* all was said: the peer is to close */
    } phase;
    int64_t phase_ns, opened_ns, heard_ns, quiet_ns; /* as the sweep saw it; 0: not yet */
    struct rpc_transit transit;
    uint64_t begun, begun_seen; /* calls */
    unsigned noise;             /* frames that serve no call, lately */
    bool heard, pinged;         /* since the last sweep; since it was heard */
    bool greeted;               /* it speaks HTTP/2 */
};

struct rpc_server {
    struct rpc_server_options options;
    struct rpc_routes routes;
    nghttp2_session_callbacks *callbacks;
    nghttp2_option *settings;
    int listener, epoll, stop, timer;
    _Atomic bool deaf; /* no descriptors are left: does not listen until the next sweep */
    _Atomic bool draining;
    pthread_t *threads;
    size_t thread_count;
    _Atomic size_t polling; /* threads that watch sockets */
    _Atomic bool stopping;
    struct rpc_server_queue queue;
    pthread_mutex_t lock; /* guards the lists below */
    struct rpc_server_conn *conns, *free_conns;
    struct rpc_server_call *pool;
    size_t pooled;
    const char *misuse; /* the last that was seen, until the sweep has told it; a literal */
    uint64_t misused_told;
    _Atomic uint64_t misused, accepted, calls, failed, refused;
    _Atomic size_t open_conns, running;
    _Atomic uint64_t spans; /* ids of what is done here for a trace */
};

/* ---- rpc_server_conn.c: sockets and sessions ---- */

struct rpc_server_conn *rpc_server_conn_open(struct rpc_server *s, int fd); /* takes it over */
bool rpc_server_conn_accept(struct rpc_server *s); /* false: nobody waits */
void rpc_server_conn_listen(struct rpc_server *s, bool on);

/* An event came for it. Returns the requests to run, linked by next. */
struct rpc_server_call *rpc_server_conn_event(struct rpc_server_conn *conn);

/* Lock held. Who gives the lock up for a while is a user. */
void rpc_server_conn_enter(struct rpc_server_conn *conn);
void rpc_server_conn_leave(struct rpc_server_conn *conn);
void rpc_server_conn_flush(struct rpc_server_conn *conn);
void rpc_server_conn_blame(struct rpc_server_conn *conn, const char *why); /* a literal */
void rpc_server_conn_count(struct rpc_server_conn *conn, const nghttp2_frame *frame);
void rpc_server_conn_close(struct rpc_server_conn *conn); /* lock held, by its reader */
void rpc_server_conn_free(struct rpc_server_conn *conn);

/* ---- rpc_server_sweep.c: what ends because time has passed ---- */

/* How often it wants to be called. */
int64_t rpc_server_sweep_ms(const struct rpc_server *s);
void rpc_server_sweep(struct rpc_server *s);

#endif
