/* A generated service on a gRPC server: decode, serve, encode. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_SERVE_H
#define API_SERVE_H

#include "api.h"

struct rpc_server;

/* One service of a server. Made by app before the server starts, destroyed after it was closed. */
struct api_serve;

/*
 * Calls of `service` on `server` reach `api`, the struct x_api * that serves, on the server's
 * threads, several at a time and whatever their `where` says. A request that does not decode is
 * ERR_INVALID and never reaches it. `observer` may be NULL; all are borrowed.
 */
struct api_serve *api_serve_create(struct rpc_server *server, const struct api_service *service,
                                   void *api, const struct api_observer *observer);
void api_serve_destroy(struct api_serve *s); /* NULL is fine */

#endif
