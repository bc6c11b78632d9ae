/* The objects of a cache: found by key, forgotten by use. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OBJECT_TABLE_H
#define OBJECT_TABLE_H

#include "cached_object.h"

enum { OBJECT_TABLE_BUCKETS = 1024 };

/*
 * Part of a cache, whose mutex guards every call. Objects are counted: by their users, and by the
 * table while they are kept. What returns an object hands over one that nobody uses any more, to be
 * destroyed outside of the mutex.
 */
struct object_table {
    struct cached_object *buckets[OBJECT_TABLE_BUCKETS];
    struct cached_object *newest, *oldest;
    size_t kept;
    int64_t bytes; /* held by all of them, those that are no longer kept included */
};

struct cached_object *object_table_find(struct object_table *t, struct str key);

/* It is the newest from now on. */
void object_table_touch(struct object_table *t, struct cached_object *o);
void object_table_keep(struct object_table *t, struct cached_object *o);

MUST_USE struct cached_object *object_table_leave(struct object_table *t, struct cached_object *o);
MUST_USE struct cached_object *object_table_drop(struct object_table *t, struct cached_object *o);

/* Forgets the oldest, used or not, until there are no more than so many bytes and objects, or one
 * is to be destroyed: then it is to be called again. */
MUST_USE struct cached_object *object_table_shrink(struct object_table *t, int64_t bytes,
                                                   size_t count);

/* Forgets one that lies under this key or below this folder. *more: there was one. */
MUST_USE struct cached_object *object_table_drop_below(struct object_table *t, struct str prefix,
                                                       bool *more);

#endif
