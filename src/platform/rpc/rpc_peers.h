/* gRPC, the calling side: all instances of one service. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_PEERS_H
#define RPC_PEERS_H

#include "api.h"

struct rpc_tls;

struct rpc_peers_options {
    const char *service;       /* "favorite": for messages and metrics */
    const struct rpc_tls *tls; /* NULL: plain text */
    size_t connections;        /* per instance */
    size_t in_flight_max;      /* per instance */
    int64_t call_ms;           /* deadline of a call whose request has none */
    int eject_after;           /* failures in a row (UNAVAILABLE, TIMEOUT) that eject an instance */
    int64_t eject_ms;          /* the first time; doubles, up to a minute */
};
extern const struct rpc_peers_options rpc_peers_defaults;

/*
 * Calls go round over the instances that are not ejected. A call is sent again, to another
 * instance, when its method is idempotent or the peer cannot have seen it, once, and while retries
 * stay below a tenth of all calls. Ejected instances are probed (health v1) and come back. Any
 * thread may call any function. Made by app; endpoints come from the registry.
 */
struct rpc_peers;

struct rpc_peers *rpc_peers_create(const struct rpc_peers_options *options);
void rpc_peers_destroy(struct rpc_peers *p); /* NULL is fine */

/* The instances as they are from now on, HOST:PORT each; those that stay keep their connections. */
void rpc_peers_set(struct rpc_peers *p, const struct str *addresses, size_t count);

/* How calls get there: generated stubs are made of it. */
const struct api_transport *rpc_peers_transport(struct rpc_peers *p);

struct rpc_peers_stats {
    uint64_t calls, failed, retries, refused_retries, ejections;
    size_t instances, ejected, in_flight;
};
struct rpc_peers_stats rpc_peers_stats(struct rpc_peers *p);

#endif
