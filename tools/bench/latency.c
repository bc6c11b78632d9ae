/* Latencies: counted in buckets that keep two digits, from nanoseconds to hours. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "latency.h"

#include "attr.h"

static unsigned top_bit(uint64_t v)
{
    return 63U - (unsigned)__builtin_clzll(v);
}

static unsigned bucket_of(uint64_t v)
{
    if (v < LATENCY_STEPS)
        return (unsigned)v;
    unsigned power = top_bit(v) - LATENCY_BITS;

    return (power + 1) * LATENCY_STEPS + (unsigned)(v >> power) % LATENCY_STEPS;
}

/* The largest value that falls into a bucket. */
static int64_t end_of(unsigned bucket)
{
    unsigned power = bucket / LATENCY_STEPS;
    uint64_t step = bucket % LATENCY_STEPS;

    if (power == 0)
        return (int64_t)step;
    return (int64_t)(((LATENCY_STEPS + step + 1) << (power - 1)) - 1);
}

void latency_add(struct latency *l, int64_t ns)
{
    unsigned bucket = bucket_of(ns > 0 ? (uint64_t)ns : 0);

    l->buckets[bucket < COUNT(l->buckets) ? bucket : COUNT(l->buckets) - 1]++;
    l->count++;
    if (ns > l->max_ns)
        l->max_ns = ns;
}

int64_t latency_at(const struct latency *l, double part)
{
    double wanted = (double)l->count * part;
    uint64_t seen = 0;

    for (unsigned i = 0; i < COUNT(l->buckets); i++) {
        seen += l->buckets[i];
        if (seen && (double)seen >= wanted)
            return end_of(i) < l->max_ns ? end_of(i) : l->max_ns;
    }
    return l->max_ns;
}
