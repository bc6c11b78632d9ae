/* What the server of a role has: its services, health checks and reflection of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_ROLE_H
#define RPC_ROLE_H

#include "api.h"

struct rpc_server;

enum { RPC_ROLE_SERVICES_MAX = 16 };

/* Made by app before the server starts, destroyed after it was closed. */
struct rpc_role;

/* `observer` (NULL: nobody) hears of every call that was served; borrowed. */
struct rpc_role *rpc_role_create(struct rpc_server *server, const struct api_observer *observer);
void rpc_role_destroy(struct rpc_role *r); /* NULL is fine */

/* `api` is the struct x_api * that serves; borrowed. More than the limit are our bug. */
void rpc_role_add(struct rpc_role *r, const struct api_service *service, void *api);

/*
 * Whether all its services, and the server as a whole, take calls: at first not. False again before
 * the server is drained, so that balancers turn away in time. Any thread.
 */
void rpc_role_serving(struct rpc_role *r, bool serving);

#endif
