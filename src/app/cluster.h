/* The ways between the processes of a cluster: who is found where, and who is served. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLUSTER_H
#define CLUSTER_H

#include "api.h"
#include "registry.h"
#include "roles.h"

struct config;
struct lock;
struct log;
struct metrics;
struct rpc_peers;
struct rpc_server;

struct cluster_options {
    const struct config *config; /* borrowed, as are the others */
    struct log *log;
    struct metrics *metrics;
    struct roles roles;
};

/*
 * A process with roles: it finds the services that are elsewhere through the registry, and serves
 * its own to those who find it there. Made and ended by app.
 */
struct cluster;

/* Does not wait for anybody: what is not found yet fails as if it were down. */
MUST_USE struct err *cluster_open(struct ctx *c, const struct cluster_options *options,
                                  struct cluster **out);

/* The way to a service that runs elsewhere. */
const struct api_transport *cluster_way(struct cluster *k, enum role role);

/* A lock of that name among all processes with this registry; to be destroyed before the cluster.
 */
struct lock *cluster_lock(struct cluster *k, const char *name);

/* Before cluster_join(): calls of others reach `api`, which stays until cluster_close(). */
void cluster_offer(struct cluster *k, const struct api_service *service, void *api);

/* From now on others find the services of this process. Does nothing when it has none. */
MUST_USE struct err *cluster_join(struct cluster *k, struct ctx *c);

/* Who asks others at once lets the registry tell first who they are. Not for long: without it they
 * count as down. */
void cluster_await(struct cluster *k);

/* HOST:PORT where it is served; "" when nothing is. */
struct str cluster_address(struct cluster *k, struct ctx *c);

/* Has the registry answered? */
bool cluster_ready(struct cluster *k);
struct registry_stats cluster_registry_stats(struct cluster *k);

/* For what they count: NULL for a service that is here, and where nothing is served. */
struct rpc_peers *cluster_peers(struct cluster *k, enum role role);
struct rpc_server *cluster_server(struct cluster *k);

/* Nobody new finds it; who calls is answered. True: nothing was cut off. NULL is fine. */
bool cluster_leave(struct cluster *k);

/* No call is served from here on. Those to others still can be made. NULL is fine. */
void cluster_stop_serving(struct cluster *k);
void cluster_close(struct cluster *k); /* NULL is fine */

#endif
