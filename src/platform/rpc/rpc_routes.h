/* Which handler a path names. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_ROUTES_H
#define RPC_ROUTES_H

#include <stdatomic.h>

#include "rpc_server.h"

struct rpc_route {
    struct str path; /* "/duan.favorite.v1.Favorite/Set"; empty: no route */
    const struct rpc_service *service;
    size_t method;
    _Atomic int64_t cost_ns; /* how long its handler takes, lately */
};

/* Filled before the server starts, constant afterwards but for the costs. */
struct rpc_routes {
    struct rpc_route *slots; /* open addressing; at most half of them are taken */
    size_t room, count;
};

void rpc_routes_add(struct rpc_routes *r, const struct rpc_service *service);
void rpc_routes_fini(struct rpc_routes *r);

/* NULL: nobody serves this. */
struct rpc_route *rpc_routes_find(const struct rpc_routes *r, struct str path);

#endif
