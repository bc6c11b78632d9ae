/* Failures in a row, slow answers, and what follows from them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_record.h"

#include <stdlib.h>
#include <string.h>

#include "clock.h"

enum { NS_PER_US = 1000, US_PER_MS = 1000, FIFTH = 5 };

void rpc_record_answered(struct rpc_record *r, int64_t took_ns)
{
    int64_t us = took_ns / NS_PER_US;

    r->row = 0;
    r->took_us[r->answers++ % RPC_RECORD_WINDOW] = us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

bool rpc_record_failed(struct rpc_record *r, const struct rpc_record_rules *rules)
{
    return ++r->row >= rules->eject_after;
}

static int64_t pause_ms(const struct rpc_record *r, const struct rpc_record_rules *rules)
{
    int64_t ms = rules->eject_ms;

    for (int i = 0; i < r->times && ms < RPC_RECORD_EJECT_MAX_MS; i++)
        ms *= 2;
    return ms < RPC_RECORD_EJECT_MAX_MS ? ms : RPC_RECORD_EJECT_MAX_MS;
}

void rpc_record_eject(struct rpc_record *r, const struct rpc_record_rules *rules, int64_t now_ns)
{
    if (now_ns - r->back_ns > (int64_t)RPC_RECORD_FORGET_MS * CLOCK_NS_PER_MS)
        r->times = 0;
    r->out = true;
    r->until_ns = now_ns + pause_ms(r, rules) * CLOCK_NS_PER_MS;
    r->times++;
}

void rpc_record_return(struct rpc_record *r, const struct rpc_record_rules *rules, int64_t now_ns)
{
    r->out = false;
    r->row = rules->eject_after - 1;
    r->back_ns = now_ns;
    r->answers = 0;
}

static int by_size(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

    return (left > right) - (left < right);
}

uint32_t rpc_record_slow_fifth(const struct rpc_record *r)
{
    uint32_t sorted[RPC_RECORD_WINDOW];

    if (r->answers < RPC_RECORD_WINDOW)
        return 0;
    memcpy(sorted, r->took_us, sizeof(sorted));
    qsort(sorted, RPC_RECORD_WINDOW, sizeof(sorted[0]), by_size);
    return sorted[RPC_RECORD_WINDOW - RPC_RECORD_WINDOW / FIFTH];
}

bool rpc_record_is_slow(uint32_t its, uint32_t *others, size_t count)
{
    if (its == 0 || count == 0)
        return false;
    qsort(others, count, sizeof(others[0]), by_size);
    return its / RPC_RECORD_SLOW_TIMES > others[(count - 1) / 2] &&
           its - others[(count - 1) / 2] > RPC_RECORD_SLOW_MS * US_PER_MS;
}
