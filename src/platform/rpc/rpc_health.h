/* gRPC's health checks, version 1: what a server says of itself to who asks, and to who watches. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_HEALTH_H
#define RPC_HEALTH_H

#include <stdbool.h>

struct proto_file;
struct rpc_server;

/* What reflection tells of it. */
extern const char RPC_HEALTH_NAME[];
extern const struct proto_file grpc_health_v1_health_file;

/* Services of one server; callers who watch, and bytes of a name that one may ask for. */
enum { RPC_HEALTH_SERVICES_MAX = 32, RPC_HEALTH_WATCHERS_MAX = 1024, RPC_HEALTH_NAME_MAX = 256 };

/*
 * Made by app before its server starts, destroyed after the server was closed. A service that was
 * never set is not known: NOT_FOUND, or SERVICE_UNKNOWN for who watches, until it is.
 */
struct rpc_health;

struct rpc_health *rpc_health_create(struct rpc_server *server);
void rpc_health_destroy(struct rpc_health *h); /* NULL is fine */

/*
 * From now on; who watches is told at once. "" is the server as a whole, which balancers look at.
 * `service` outlives h. More than RPC_HEALTH_SERVICES_MAX are our bug. Any thread.
 */
void rpc_health_set(struct rpc_health *h, const char *service, bool serving);

/* All that were ever set: when a server begins to drain. Any thread. */
void rpc_health_set_all(struct rpc_health *h, bool serving);

#endif
