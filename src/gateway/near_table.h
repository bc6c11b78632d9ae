/* A bounded map from ids to values, shared by all threads: the ground of the near cache. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_TABLE_H
#define NEAR_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * 64 shards with a mutex each, held for tens of nanoseconds. When all of them together are over the
 * limit, what was not used for long goes first, of the shard that grew. A filler that read before a
 * change never overwrites it: every change moves the shard's version, and near_table_add() takes
 * only what was read at the version that still stands. Any thread may call any function.
 */
struct near_table;

struct near_key {
    int64_t a, b; /* b is 0 where one id is enough */
};

struct near_table *near_table_create(size_t bytes_max, void (*free_value)(void *value));
void near_table_destroy(struct near_table *t); /* NULL is fine */

/* Calls fn(arg, value) under the shard's lock. False: not there. */
bool near_table_read(struct near_table *t, struct near_key key, void (*fn)(void *arg, void *value),
                     void *arg);

/* To be taken before a value is read from the database. */
uint64_t near_table_version(struct near_table *t, struct near_key key);

/* What an allocation of so many bytes takes from the heap. */
static inline size_t near_heap_bytes(size_t size)
{
    return (size + 8 + 15) & ~(size_t)15; /* a header, and rounded up: glibc's */
}

/* Takes the value over; frees it at once when the version has moved. `size`: its bytes. */
void near_table_add(struct near_table *t, struct near_key key, uint64_t version, void *value,
                    size_t size);

/* A committed change: fn(arg, value, size) brings the value up to date and returns its size from
 * now on, 0 to drop it. fn NULL drops. The version moves also when the value is not there. */
void near_table_change(struct near_table *t, struct near_key key,
                       size_t (*fn)(void *arg, void *value, size_t size), void *arg);

/* Drops everything, and takes nothing that was read before. */
void near_table_clear(struct near_table *t);

struct near_table_stats {
    uint64_t hits, misses, evicted, stale; /* stale: fills that came too late */
    size_t count, bytes;
};
struct near_table_stats near_table_stats(struct near_table *t);

#endif
