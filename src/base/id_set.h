/* A set of ids, for "is it in there?". */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ID_SET_H
#define ID_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Ids are positive. Zeroed is the empty set. Not thread-safe: guarded by whoever owns it. */
struct id_set {
    int64_t *slots; /* open addressing; 0: free */
    size_t room, count;
};

void id_set_fini(struct id_set *s);
void id_set_add(struct id_set *s, int64_t id); /* once, however often */
void id_set_remove(struct id_set *s, int64_t id);
bool id_set_has(const struct id_set *s, int64_t id);

/* Spreads ids that follow each other over all bits. */
static inline uint64_t id_hash(int64_t id)
{
    uint64_t h = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);

    return h ^ h >> 29;
}

#endif
