/* gRPC, the serving side: bytes in, bytes out. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SERVER_H
#define RPC_SERVER_H

#include "err.h"

struct log;
struct rpc_tls;

/* The limits of what peers can make a server do; all have a name because all can be reached. */
struct rpc_server_options {
    struct str listen;         /* ADDRESS:PORT; port 0 lets the kernel choose */
    bool reuse_port;           /* another process may listen there too: for a restart */
    const struct rpc_tls *tls; /* NULL: plain text */
    bool plain_text_anywhere;  /* not only on this machine, where nobody else reads along */
    size_t pollers;   /* threads that read sockets, and run a handler when another is left */
    size_t workers;   /* threads that run handlers */
    size_t queue_max; /* requests that may wait for a worker: beyond, RESOURCE_EXHAUSTED */
    size_t connections_max;
    size_t streams_max;   /* calls at a time on one connection */
    size_t message_max;   /* bytes of one message */
    int64_t slow_ms;      /* a request not whole, a reply not moving for that long: the call ends */
    int64_t idle_ms;      /* a connection without calls is handed over after that; 0: never */
    int64_t age_ms;       /* any connection is, after that; 0: never */
    int64_t keepalive_ms; /* a silent peer is asked, and given up when it stays silent; 0: never */
    struct log *log;      /* borrowed; NULL: nothing is said of peers that break the rules */
};
extern const struct rpc_server_options rpc_server_defaults;

/*
 * Serves gRPC (HTTP/2, unary calls; streams of replies where a service says so). A handler gets a
 * ctx with an arena of its own, the caller's deadline, trace, request id and user; a failure keeps
 * its code, reason and chain of places on the wire. Made and ended by app; handlers run on the
 * server's threads, several at a time.
 */
struct rpc_server;

/* Reply bytes go to c->arena; they are read when the handler has returned. */
typedef struct err *rpc_handler(void *self, size_t method, struct ctx *c, struct str req,
                                struct str *resp);

/* A call under way, as the handler of a stream knows it. */
struct rpc_server_call;

/* A method with several messages in one call. */
struct rpc_stream_handler {
    /*
     * A message came; those of one call come one after the other. What is allocated from c lives
     * until the next. A failure ends the call with it.
     */
    struct err *(*message)(void *self, struct ctx *c, struct rpc_server_call *call,
                           struct str message);
    /* The call is over, whoever ended it: once, and last of all, if ever a message came. From then
     * on `call` may not be used. May be NULL. */
    void (*closed)(void *self, struct rpc_server_call *call);
    bool lasts; /* goes on when the caller has said all: more is to be told */
};

struct rpc_service {
    const char *name;           /* "duan.favorite.v1.Favorite" */
    const char *const *methods; /* "Set", ... */
    size_t count;
    rpc_handler *handle;                      /* of unary methods */
    const struct rpc_stream_handler *streams; /* one for each method, zeroed for unary ones; NULL:
                                               * all are unary */
    void *self;
};

/*
 * Sends a message on a stream; any thread, and never waiting. False: the call is over. A caller who
 * does not read what he asked for loses the call.
 */
bool rpc_server_stream_send(struct rpc_server_call *call, struct str message);

MUST_USE struct err *rpc_server_create(struct ctx *c, const struct rpc_server_options *options,
                                       struct rpc_server **out);

/* Before rpc_server_start(). What `service` points at lives as long as the server. */
void rpc_server_add(struct rpc_server *s, const struct rpc_service *service);

/* Binds, listens and serves. ERR_UNAVAILABLE: the address cannot be had; ERR_PRECONDITION: others
 * could read along. */
MUST_USE struct err *rpc_server_start(struct rpc_server *s, struct ctx *c);

/* ADDRESS:PORT it listens on. */
struct str rpc_server_address(struct rpc_server *s, struct ctx *c);

/*
 * Refuses new connections, has peers take their calls elsewhere (GOAWAY twice, RFC 9113 6.8), ends
 * streams that last, and waits for the calls under way. False: some were not done in time.
 */
bool rpc_server_drain(struct rpc_server *s, int64_t timeout_ms);
void rpc_server_close(struct rpc_server *s); /* NULL is fine */

struct rpc_server_stats {
    uint64_t accepted;               /* connections */
    uint64_t misused;                /* connections of peers that broke the rules */
    uint64_t calls, failed, refused; /* refused: the queue was full */
    size_t connections, running, queued;
};
struct rpc_server_stats rpc_server_stats(struct rpc_server *s);

#endif
