/* Latencies: counted in buckets that keep two digits, from nanoseconds to hours. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LATENCY_H
#define LATENCY_H

#include <stdint.h>

/*
 * Up to 2^LATENCY_BITS ns every value has a bucket of its own; each further power of two is split
 * into that many, so a value is told to within 1/64. Zeroed is empty. One thread at a time.
 */
enum { LATENCY_BITS = 6, LATENCY_STEPS = 1 << LATENCY_BITS, LATENCY_POWERS = 40 };

struct latency {
    uint64_t buckets[LATENCY_POWERS * LATENCY_STEPS];
    uint64_t count;
    int64_t max_ns;
};

void latency_add(struct latency *l, int64_t ns);

/* What `part` of all were not slower than (0.99: all but one in a hundred); 0 when it is empty. */
int64_t latency_at(const struct latency *l, double part);

#endif
