/* A set of ids: linear probing, at most half full. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "id_set.h"

#include <stdlib.h>

enum { FIRST_ROOM = 16 };

void id_set_fini(struct id_set *s)
{
    free(s->slots);
    *s = (struct id_set){0};
}

/* Where the id is, or where it would go. */
static size_t slot_of(const struct id_set *s, int64_t id)
{
    size_t i = id_hash(id) & (s->room - 1);

    while (s->slots[i] && s->slots[i] != id)
        i = (i + 1) & (s->room - 1);
    return i;
}

static void grow(struct id_set *s)
{
    struct id_set old = *s;

    s->room = old.room ? old.room * 2 : FIRST_ROOM;
    s->slots = calloc(s->room, sizeof(*s->slots));
    if (!s->slots)
        abort();
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i])
            s->slots[slot_of(s, old.slots[i])] = old.slots[i];
    free(old.slots);
}

void id_set_add(struct id_set *s, int64_t id)
{
    if ((s->count + 1) * 2 > s->room)
        grow(s);
    size_t i = slot_of(s, id);

    s->count += s->slots[i] == 0;
    s->slots[i] = id;
}

/* Those behind a freed slot move up when they were pushed past it: no tombstones are left. */
void id_set_remove(struct id_set *s, int64_t id)
{
    if (!id_set_has(s, id))
        return;
    size_t hole = slot_of(s, id), mask = s->room - 1;

    for (size_t i = (hole + 1) & mask; s->slots[i]; i = (i + 1) & mask) {
        size_t home = id_hash(s->slots[i]) & mask;

        if (((i - home) & mask) >= ((i - hole) & mask)) {
            s->slots[hole] = s->slots[i];
            hole = i;
        }
    }
    s->slots[hole] = 0;
    s->count--;
}

bool id_set_has(const struct id_set *s, int64_t id)
{
    return s->count > 0 && s->slots[slot_of(s, id)] == id;
}
