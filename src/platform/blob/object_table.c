/* A table by key, and a list by use. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "object_table.h"

static struct cached_object **bucket_of(struct object_table *t, struct str key)
{
    uint64_t hash = 5381;

    for (size_t i = 0; i < key.len; i++)
        hash = hash * 33 + (unsigned char)key.ptr[i];
    return &t->buckets[hash % OBJECT_TABLE_BUCKETS];
}

struct cached_object *object_table_find(struct object_table *t, struct str key)
{
    struct cached_object *o = *bucket_of(t, key);

    while (o && !str_eq(str_of(o->key), key))
        o = o->next_in_bucket;
    return o;
}

static void unlink_by_use(struct object_table *t, struct cached_object *o)
{
    *(o->newer ? &o->newer->older : &t->newest) = o->older;
    *(o->older ? &o->older->newer : &t->oldest) = o->newer;
    o->newer = o->older = NULL;
}

static void link_newest(struct object_table *t, struct cached_object *o)
{
    o->older = t->newest;
    *(o->older ? &o->older->newer : &t->oldest) = o;
    t->newest = o;
}

void object_table_touch(struct object_table *t, struct cached_object *o)
{
    unlink_by_use(t, o);
    link_newest(t, o);
}

void object_table_keep(struct object_table *t, struct cached_object *o)
{
    struct cached_object **bucket = bucket_of(t, str_of(o->key));

    o->next_in_bucket = *bucket;
    *bucket = o;
    o->is_kept = true;
    o->users++;
    t->kept++;
    link_newest(t, o);
}

struct cached_object *object_table_leave(struct object_table *t, struct cached_object *o)
{
    if (--o->users > 0)
        return NULL;
    t->bytes -= o->held;
    return o;
}

struct cached_object *object_table_drop(struct object_table *t, struct cached_object *o)
{
    struct cached_object **link = bucket_of(t, str_of(o->key));

    while (*link != o)
        link = &(*link)->next_in_bucket;
    *link = o->next_in_bucket;
    unlink_by_use(t, o);
    o->is_kept = false;
    t->kept--;
    return object_table_leave(t, o);
}

struct cached_object *object_table_shrink(struct object_table *t, int64_t bytes, size_t count)
{
    struct cached_object *unused = NULL;

    while (!unused && t->oldest && (t->bytes > bytes || t->kept > count))
        unused = object_table_drop(t, t->oldest);
    return unused;
}

static bool is_below(const struct cached_object *o, struct str prefix)
{
    struct str key = str_of(o->key);

    return !prefix.len ||
           (str_starts(key, prefix) && (key.len == prefix.len || key.ptr[prefix.len] == '/'));
}

struct cached_object *object_table_drop_below(struct object_table *t, struct str prefix, bool *more)
{
    struct cached_object *o = t->newest;

    while (o && !is_below(o, prefix))
        o = o->older;
    *more = o != NULL;
    return o ? object_table_drop(t, o) : NULL;
}
