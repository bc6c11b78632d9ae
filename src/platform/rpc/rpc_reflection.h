/* gRPC's server reflection, v1 and v1alpha: tells tools what a server serves, and how to call it.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_REFLECTION_H
#define RPC_REFLECTION_H

#include "proto_file.h"

struct rpc_server;

/* Services and files of one server; more are our bug. */
enum { RPC_REFLECTION_SERVICES_MAX = 32, RPC_REFLECTION_FILES_MAX = 64 };

/*
 * Made by app before its server starts, destroyed after the server was closed. It tells of itself
 * too. Immutable once the server has started.
 */
struct rpc_reflection;

struct rpc_reflection *rpc_reflection_create(struct rpc_server *server);
void rpc_reflection_destroy(struct rpc_reflection *r); /* NULL is fine */

/* A service, the file that defines it, and all that file imports. Both outlive r. */
void rpc_reflection_add(struct rpc_reflection *r, const char *service,
                        const struct proto_file *file);

#endif
