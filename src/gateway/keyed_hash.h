/* Hashes that nobody outside can predict: for tables that strangers fill. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KEYED_HASH_H
#define KEYED_HASH_H

#include "str.h"

struct keyed_hash {
    uint64_t key[2];
};

/* From the system's random numbers. */
struct keyed_hash keyed_hash_new(void);

/* Never 0. `kind` tells apart what has the same bytes. */
uint64_t keyed_hash_of(const struct keyed_hash *h, uint64_t kind, struct str bytes);

/* A table of a fixed size has so many places for each hash. */
enum { KEYED_HASH_WAYS = 4 };

/* What each place begins with. */
struct keyed_hash_slot {
    uint64_t who;  /* hash; 0: free */
    int64_t at_ns; /* when it was last in use */
};

/* Of the places of one hash, that many bytes each: its own, or the one that has rested longest. */
struct keyed_hash_slot *keyed_hash_slot(void *places, size_t bytes, uint64_t who);

#endif
