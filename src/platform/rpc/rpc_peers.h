/* gRPC, the calling side: all instances of one service. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_PEERS_H
#define RPC_PEERS_H

#include "api.h"

struct rpc_tls;

struct rpc_peers_options {
    const char *service;       /* "favorite": for messages; outlives all */
    const struct rpc_tls *tls; /* NULL: plain text; borrowed */
    size_t connections;        /* per instance */
    size_t message_max;        /* bytes of one reply */
    size_t in_flight_max;      /* calls at a time, per instance */
    int64_t call_ms;           /* deadline of a call, unless its request has an earlier one */
    int64_t patience_ms;       /* without an answer by then the instance is to blame */
    int eject_after;           /* failures in a row that eject an instance */
    int64_t eject_ms;          /* the first time; doubles, up to a minute */
    int64_t probe_ms;          /* between two questions whether an ejected instance is well */
    const struct api_observer *observer; /* of all calls; NULL: nobody; borrowed */
};
extern const struct rpc_peers_options rpc_peers_defaults;

/* More instances than that are left out. */
enum { RPC_PEERS_MAX = 64 };

/*
 * Calls go round over the instances that are not ejected and have room. One that cannot be reached,
 * breaks off or stays silent too often is ejected; so is one that keeps calls waiting for longer
 * than patience_ms, answers far slower than the others, or "unavailable", as long as others remain.
 * Ejected instances are asked by health v1, on a thread of its own, and come back when they say
 * they serve.
 *
 * A call is sent once more, to another instance, when that cannot do harm: the first cannot have
 * seen it, or its method is idempotent and the first failed or stayed silent for patience_ms; and
 * while retries stay below a tenth of all calls. With no instance it fails at once: ERR_UNAVAILABLE
 * with the reason RPC_SERVICE_DOWN, as does one that no instance has seen. Such a failure of a
 * service further behind is passed on, and nobody tries again.
 *
 * Any thread may call any function. Made by app; endpoints come from the registry.
 */
struct rpc_peers;
extern const char RPC_SERVICE_DOWN[];

struct rpc_peers *rpc_peers_create(const struct rpc_peers_options *options);
void rpc_peers_destroy(struct rpc_peers *p); /* no call is under way; NULL is fine */

/* The instances as they are from now on, HOST:PORT each; those that stay keep their connections. */
void rpc_peers_set(struct rpc_peers *p, const struct str *addresses, size_t count);

/* How calls get there: generated stubs are made of it. */
const struct api_transport *rpc_peers_transport(struct rpc_peers *p);

struct rpc_peers_stats {
    uint64_t calls;
    uint64_t failed; /* UNAVAILABLE, TIMEOUT, EXHAUSTED, INTERNAL: not what a service decides */
    uint64_t retries, refused_retries, ejections;
    size_t instances, ejected, in_flight;
};
struct rpc_peers_stats rpc_peers_stats(struct rpc_peers *p);

#endif
