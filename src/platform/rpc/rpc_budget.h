/* How many calls may be sent twice: a share of all, with something put by for bad moments. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_BUDGET_H
#define RPC_BUDGET_H

#include <stdbool.h>

/*
 * Every call pays in, every retry takes out RPC_BUDGET_SHARE times as much: in the long run a tenth
 * of the calls are retries at most, however many fail. What is put by is bounded, and there is
 * something at the start. Pure: whoever owns it looks after the threads.
 */
enum { RPC_BUDGET_SHARE = 10, RPC_BUDGET_START = 20, RPC_BUDGET_MAX = 100 }; /* retries */

struct rpc_budget {
    int tenths;
};

static inline struct rpc_budget rpc_budget_new(void)
{
    return (struct rpc_budget){RPC_BUDGET_START * RPC_BUDGET_SHARE};
}

static inline void rpc_budget_call(struct rpc_budget *b)
{
    if (b->tenths < RPC_BUDGET_MAX * RPC_BUDGET_SHARE)
        b->tenths++;
}

/* False: not now. */
static inline bool rpc_budget_take(struct rpc_budget *b)
{
    if (b->tenths < RPC_BUDGET_SHARE)
        return false;
    b->tenths -= RPC_BUDGET_SHARE;
    return true;
}

#endif
