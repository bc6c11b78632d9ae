/* A fixed number of threads that run tasks from a bounded queue. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POOL_H
#define POOL_H

#include "executor.h"

/*
 * An executor for work that may block. Created and destroyed by app; any thread may submit.
 * A full queue refuses at once, so that the edge can answer "busy" instead of waiting.
 */
struct pool;

/* `name` shows in thread lists (15 bytes at most) and metrics; borrowed, a literal. */
struct pool *pool_create(const char *name, size_t threads, size_t queue_max);
void pool_destroy(struct pool *pool); /* runs what is queued first; NULL is fine */

struct executor *pool_executor(struct pool *pool);

struct pool_stats {
    const char *name;
    size_t threads, busy, queued;
    uint64_t refused;
};
struct pool_stats pool_stats(struct pool *pool);

#endif
