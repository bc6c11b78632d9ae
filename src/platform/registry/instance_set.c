/* Known instances: a short list, looked through from the front. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "instance_set.h"

#include <stdlib.h>

static struct str id_of(const struct known_instance *known)
{
    return (struct str){known->id, known->id_len};
}

static struct str address_of(const struct known_instance *known)
{
    return (struct str){known->address, known->address_len};
}

static struct known_instance *find(struct instance_set *set, struct str id)
{
    for (size_t i = 0; i < set->count; i++)
        if (str_eq(id_of(&set->at[i]), id))
            return &set->at[i];
    return NULL;
}

/* A free place: behind the others, or that of one that fades anyway; NULL: there is none. */
static struct known_instance *free_place(struct instance_set *set)
{
    if (set->count < INSTANCES_MAX)
        return &set->at[set->count++];
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].fades_at_ns)
            return &set->at[i];
    return NULL;
}

static struct known_instance *add(struct instance_set *set, struct str id)
{
    struct known_instance *known = free_place(set);

    if (!known)
        return NULL;
    *known = (struct known_instance){.id_len = (uint16_t)id.len};
    memcpy(known->id, id.ptr, id.len);
    return known;
}

bool instance_set_put(struct instance_set *set, struct str id, struct str address)
{
    if (id.len == 0 || id.len > INSTANCE_ID_MAX || address.len == 0 || address.len > HOST_PORT_MAX)
        return false;
    struct known_instance *known = find(set, id);

    if (!known)
        known = add(set, id);
    if (!known)
        return false;
    if (!str_eq(address_of(known), address)) {
        memcpy(known->address, address.ptr, address.len);
        known->address_len = (uint16_t)address.len;
        set->changed = true;
    }
    known->seen = true;
    known->fades_at_ns = 0;
    return true;
}

static void remove_at(struct instance_set *set, struct known_instance *known)
{
    *known = set->at[--set->count];
    set->changed = true;
}

void instance_set_remove(struct instance_set *set, struct str id)
{
    struct known_instance *known = find(set, id);

    if (known)
        remove_at(set, known);
}

void instance_set_begin(struct instance_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        set->at[i].seen = false;
}

void instance_set_end(struct instance_set *set, int64_t fades_at_ns)
{
    for (size_t i = 0; i < set->count; i++)
        if (!set->at[i].seen && !set->at[i].fades_at_ns)
            set->at[i].fades_at_ns = fades_at_ns;
}

void instance_set_fade(struct instance_set *set, int64_t now_ns)
{
    for (size_t i = set->count; i > 0; i--)
        if (set->at[i - 1].fades_at_ns && set->at[i - 1].fades_at_ns <= now_ns)
            remove_at(set, &set->at[i - 1]);
}

static int compare(const void *left, const void *right)
{
    const struct str *a = left, *b = right;
    size_t common = a->len < b->len ? a->len : b->len;
    int order = memcmp(a->ptr, b->ptr, common);

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

const struct str *instance_set_addresses(const struct instance_set *set, struct arena *a,
                                         size_t *count)
{
    struct str *all = arena_array(a, struct str, set->count);
    size_t kept = 0;

    for (size_t i = 0; i < set->count; i++)
        all[i] = address_of(&set->at[i]);
    qsort(all, set->count, sizeof(*all), compare);
    for (size_t i = 0; i < set->count; i++)
        if (kept == 0 || !str_eq(all[kept - 1], all[i]))
            all[kept++] = all[i];
    *count = kept;
    return all;
}
