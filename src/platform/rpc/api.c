/* Calls side by side: started one after the other, then waited for together. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api.h"

#include <stdlib.h>

struct call *calls_add(struct calls *all, struct ctx *c)
{
    if (all->count == CALLS_MAX)
        abort();
    struct call *call = &all->at[all->count++];

    *call = (struct call){.c = c};
    return call;
}

/* In order of start; all are under way, so it lasts as long as the slowest. */
static void finish_all(struct calls *all)
{
    for (size_t i = 0; i < all->count; i++)
        if (all->at[i].finish)
            all->at[i].finish(&all->at[i]);
}

struct err *calls_join(struct calls *all)
{
    struct err *first = NULL;

    finish_all(all);
    for (size_t i = 0; i < all->count && !first; i++)
        first = all->at[i].err;
    all->count = 0;
    return first;
}

void calls_end(struct calls *all)
{
    finish_all(all);
    all->count = 0;
}
