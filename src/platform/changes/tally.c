/* Tallies: sort, then add neighbours. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "tally.h"

#include <stdlib.h>

struct tally tally_begin(struct ctx *c, size_t room)
{
    return (struct tally){.at = arena_array(c->arena, struct tally_row, room)};
}

void tally_add(struct tally *t, int column, int64_t id, int64_t by)
{
    if (by)
        t->at[t->count++] = (struct tally_row){id, column, by};
}

static int compare(const void *a, const void *b)
{
    const struct tally_row *x = a, *y = b;
    int by_id = (x->id > y->id) - (x->id < y->id);

    return by_id ? by_id : (x->column > y->column) - (x->column < y->column);
}

void tally_sum(struct tally *t)
{
    size_t kept = 0;

    if (t->count)
        qsort(t->at, t->count, sizeof(*t->at), compare);
    for (size_t i = 0; i < t->count; i++) {
        if (kept && compare(&t->at[kept - 1], &t->at[i]) == 0)
            t->at[kept - 1].by += t->at[i].by;
        else
            t->at[kept++] = t->at[i];
    }
    t->count = kept;
}
