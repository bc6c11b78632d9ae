/* How late requests are: what a cut line or a stopped process delivers long after it was sent. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_TRANSIT_H
#define RPC_TRANSIT_H

#include <stdint.h>

/*
 * A deadline travels as what is left of it, so that no two clocks need agree; the time on the way
 * is not in it. A caller that has given up asks another instance and goes on, and the first request
 * must not be done after that. So each request also says how old its connection was, by its
 * sender's clock, when it was sent. By that the ways of requests can be compared: one that took
 * longer than the shortest of the last minutes is late by the difference.
 *
 * Of one connection; guarded by its lock.
 */
struct rpc_transit {
    int64_t began_ns;  /* the connection, by this clock */
    int64_t turned_ns; /* when `least` last moved on: clocks drift, so it forgets */
    int64_t least_ns[2];
};

/* began_ns: its handshake. A process that was stopped accepts it long after that. */
void rpc_transit_begin(struct rpc_transit *t, int64_t began_ns);

/* By how much a request that has come now is late. `age_ns`: of its connection, as it was sent. */
int64_t rpc_transit_late(struct rpc_transit *t, int64_t now_ns, int64_t age_ns);

#endif
