/* Which handler a path names: a hash table of all methods. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_routes.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    FIRST_ROOM = 64,           /* a power of two */
    UNKNOWN_COST_NS = 1000000, /* a handler is not quick until it has shown so */
};

/* FNV-1a. */
static size_t hash(struct str path)
{
    uint64_t h = 14695981039346656037U;

    for (size_t i = 0; i < path.len; i++)
        h = (h ^ (unsigned char)path.ptr[i]) * 1099511628211U;
    return (size_t)(h ^ h >> 32);
}

/* Where it is, or would be. */
static struct rpc_route *slot_of(const struct rpc_routes *r, struct str path)
{
    size_t i = hash(path) & (r->room - 1);

    while (r->slots[i].path.len && !str_eq(r->slots[i].path, path))
        i = (i + 1) & (r->room - 1);
    return &r->slots[i];
}

static void grow(struct rpc_routes *r)
{
    struct rpc_routes old = *r;

    r->room = old.room ? 2 * old.room : FIRST_ROOM;
    r->slots = calloc(r->room, sizeof(*r->slots));
    if (!r->slots)
        abort();
    for (size_t i = 0; i < old.room; i++)
        if (old.slots[i].path.len)
            *slot_of(r, old.slots[i].path) = old.slots[i];
    free(old.slots);
}

static void add(struct rpc_routes *r, const struct rpc_service *service, size_t method)
{
    char *path;

    if (2 * (r->count + 1) > r->room)
        grow(r);
    if (asprintf(&path, "/%s/%s", service->name, service->methods[method]) < 0)
        abort();
    *slot_of(r, str_of(path)) = (struct rpc_route){str_of(path), service, method, UNKNOWN_COST_NS};
    r->count++;
}

void rpc_routes_add(struct rpc_routes *r, const struct rpc_service *service)
{
    for (size_t i = 0; i < service->count; i++)
        add(r, service, i);
}

void rpc_routes_fini(struct rpc_routes *r)
{
    for (size_t i = 0; i < r->room; i++) {
        union {
            const char *text;
            char *ours;
        } path = {r->slots[i].path.ptr};

        free(path.ours);
    }
    free(r->slots);
    *r = (struct rpc_routes){0};
}

struct rpc_route *rpc_routes_find(const struct rpc_routes *r, struct str path)
{
    struct rpc_route *slot = r->room && path.len ? slot_of(r, path) : NULL;

    return slot && slot->path.len ? slot : NULL;
}
