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

#endif
