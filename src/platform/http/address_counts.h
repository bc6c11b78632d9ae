/* How many connections each client has, by the block of its address. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADDRESS_COUNTS_H
#define ADDRESS_COUNTS_H

#include "address.h"

/* Holds an entry for each block that has a connection. Guarded by its owner's lock. */
struct address_counts;

struct address_count {
    struct address_count *next;
    struct address block;
    size_t count;
};

struct address_counts *address_counts_create(void);
void address_counts_destroy(struct address_counts *all); /* NULL is fine */

size_t address_counts_get(const struct address_counts *all, const struct address *a);

/* One more, or one less again. */
struct address_count *address_counts_add(struct address_counts *all, const struct address *a);
void address_counts_remove(struct address_counts *all, struct address_count *one);

#endif
