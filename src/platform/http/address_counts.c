/* Connections of each client: a table of chains, spread by a secret that no client can guess. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "address_counts.h"

#include <stdlib.h>
#include <sys/random.h>

enum { CHAINS = 4096 };

struct address_counts {
    uint64_t seed;
    struct address_count *chains[CHAINS];
};

struct address_counts *address_counts_create(void)
{
    struct address_counts *all = calloc(1, sizeof(*all));

    if (!all || getrandom(&all->seed, sizeof(all->seed), 0) != sizeof(all->seed))
        abort();
    return all;
}

void address_counts_destroy(struct address_counts *all)
{
    free(all);
}

static size_t chain_of(const struct address_counts *all, const struct address *block)
{
    uint64_t h = all->seed;

    for (size_t i = 0; i < sizeof(block->bytes); i++)
        h = (h ^ block->bytes[i]) * UINT64_C(0x9e3779b97f4a7c15) + (h >> 29);
    return (h ^ h >> 32) % CHAINS;
}

static struct address_count *find(const struct address_counts *all, const struct address *block)
{
    struct address_count *one = all->chains[chain_of(all, block)];

    while (one && memcmp(&one->block, block, sizeof(*block)) != 0)
        one = one->next;
    return one;
}

size_t address_counts_get(const struct address_counts *all, const struct address *a)
{
    struct address block = address_block(a);
    const struct address_count *one = find(all, &block);

    return one ? one->count : 0;
}

struct address_count *address_counts_add(struct address_counts *all, const struct address *a)
{
    struct address block = address_block(a);
    struct address_count *one = find(all, &block);

    if (!one) {
        struct address_count **chain = &all->chains[chain_of(all, &block)];

        one = calloc(1, sizeof(*one));
        if (!one)
            abort();
        *one = (struct address_count){*chain, block, 0};
        *chain = one;
    }
    one->count++;
    return one;
}

void address_counts_remove(struct address_counts *all, struct address_count *one)
{
    if (--one->count)
        return;
    struct address_count **link = &all->chains[chain_of(all, &one->block)];

    while (*link != one)
        link = &(*link)->next;
    *link = one->next;
    free(one);
}
