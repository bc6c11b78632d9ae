/* The shortest way of the last minute or two, and what is longer than that. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_transit.h"

#include "clock.h"

enum { TURN_S = 60 };

/* Until something has come, both ends count from the same moment: that of the handshake. */
void rpc_transit_begin(struct rpc_transit *t, int64_t began_ns)
{
    *t = (struct rpc_transit){.began_ns = began_ns, .turned_ns = began_ns};
}

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

int64_t rpc_transit_late(struct rpc_transit *t, int64_t now_ns, int64_t age_ns)
{
    int64_t way = now_ns - t->began_ns - age_ns;

    if (now_ns - t->turned_ns > TURN_S * CLOCK_NS_PER_S) {
        t->least_ns[1] = t->least_ns[0];
        t->least_ns[0] = way;
        t->turned_ns = now_ns;
    }
    t->least_ns[0] = smaller(t->least_ns[0], way);
    return way - smaller(t->least_ns[0], t->least_ns[1]);
}
