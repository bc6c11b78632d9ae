/* Keyed hashes: FNV between two secrets. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "keyed_hash.h"

#include <stdlib.h>
#include <sys/random.h>

struct keyed_hash keyed_hash_new(void)
{
    struct keyed_hash h;

    if (getrandom(h.key, sizeof(h.key), 0) != sizeof(h.key))
        abort();
    return h;
}

/* The second secret goes in before the high bits are folded into those that choose a place. */
uint64_t keyed_hash_of(const struct keyed_hash *h, uint64_t kind, struct str bytes)
{
    uint64_t sum = h->key[0] ^ kind;

    for (size_t i = 0; i < bytes.len; i++)
        sum = (sum ^ (unsigned char)bytes.ptr[i]) * UINT64_C(0x100000001b3);
    sum = (sum ^ h->key[1]) * UINT64_C(0x9e3779b97f4a7c15);
    sum ^= sum >> 32;
    return sum ? sum : 1;
}

struct keyed_hash_slot *keyed_hash_slot(void *places, size_t bytes, uint64_t who)
{
    struct keyed_hash_slot *oldest = places;

    for (size_t i = 0; i < KEYED_HASH_WAYS; i++) {
        struct keyed_hash_slot *one = (void *)((char *)places + i * bytes);

        if (one->who == who)
            return one;
        if (one->at_ns < oldest->at_ns)
            oldest = one;
    }
    return oldest;
}
