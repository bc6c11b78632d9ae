/* What the parts of rpc_peers share: the list of instances, and one call on its way. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_PEERS_PARTS_H
#define RPC_PEERS_PARTS_H

#include <pthread.h>

#include "rpc_budget.h"
#include "rpc_peers.h"
#include "rpc_record.h"

/* One instance. The list has a reference, and so has each call and each probe on its way. */
struct rpc_peer {
    char *address;
    struct rpc_channel *channel;
    size_t refs, in_flight; /* these and the record: under the lock of its peers */
    struct rpc_record record;
};

struct rpc_peers {
    struct rpc_peers_options options;
    struct rpc_record_rules rules;
    struct api_transport transport;
    pthread_t prober;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t woken; /* for the prober; monotonic */
    struct rpc_peer *at[RPC_PEERS_MAX];
    size_t count, next;
    struct rpc_budget budget;
    struct rpc_peers_stats stats; /* its last line is counted when asked for */
    bool stop;
};

/* ---- rpc_peers_list.c: who is asked next, and what is thought of him ---- */

/*
 * The next instance that may be called, other than `but` (NULL: any), with one call more; NULL: why
 * is ERR_UNAVAILABLE, or ERR_EXHAUSTED when all have too many calls. The lock is held.
 */
struct rpc_peer *rpc_peers_take(struct rpc_peers *p, const struct rpc_peer *but,
                                enum err_code *why);

/* It was not called after all. The lock is held. */
void rpc_peers_untake(struct rpc_peer *peer);

/* How a call ended, as far as it says something of the instance. */
enum rpc_peer_verdict {
    RPC_PEER_ANSWERED, /* whatever it said */
    RPC_PEER_UNWELL,   /* it said that it is unavailable */
    RPC_PEER_LOST,     /* no answer, and it had time enough */
    RPC_PEER_NOTHING,
};

/* The call is over: gives back what rpc_peers_take() took. The lock is not held, as below. */
void rpc_peers_give(struct rpc_peers *p, struct rpc_peer *peer, enum rpc_peer_verdict verdict,
                    int64_t took_ns);

/* It keeps silent for longer than one has patience, and the call goes on waiting for it. */
void rpc_peers_doubt(struct rpc_peers *p, struct rpc_peer *peer);

/* Gives up a reference; with the last one its connections are closed. */
void rpc_peers_unref(struct rpc_peers *p, struct rpc_peer *peer);

/* ---- rpc_peers_probe.c: asks the ejected ---- */

void rpc_peers_probe_start(struct rpc_peers *p);
void rpc_peers_probe_stop(struct rpc_peers *p);

/* ---- rpc_peers_call.c ---- */

struct err *rpc_peers_call(void *self, const struct api_method *m, struct ctx *c, const void *req,
                           void *resp);
void rpc_peers_begin(void *self, const struct api_method *m, const void *req, void *resp,
                     struct call *call);

#endif
