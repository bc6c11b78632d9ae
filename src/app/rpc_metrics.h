/* Rate, errors and duration of every method that is called in other processes, or served to them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_METRICS_H
#define RPC_METRICS_H

#include "api.h"

struct metrics;

/* One side of the calls of a process: what it serves, or what it asks of others. Made by cluster.
 */
struct rpc_metrics;

/* `side` is a literal: "server", "client". m is borrowed. */
struct rpc_metrics *rpc_metrics_create(struct metrics *m, const char *side);
void rpc_metrics_destroy(struct rpc_metrics *r); /* NULL is fine */

/* For rpc_peers and rpc_role; lives as long as r. */
const struct api_observer *rpc_metrics_observer(struct rpc_metrics *r);

#endif
