/* One object in the cache: which of its slices are here, and who waits for which. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CACHED_OBJECT_H
#define CACHED_OBJECT_H

#include "blob_cache.h"

enum slice_state { SLICE_NONE, SLICE_WANTED, SLICE_FAILED }; /* all its bytes: SLICE_WANTED, full */

struct slice {
    uint32_t here; /* bytes from its beginning on */
    uint8_t state;
};

/* Whoever waits for the byte at `at`; part of a view. */
struct cached_waiter {
    struct cached_waiter *next;
    int64_t at;
    void (*wake)(void *arg); /* NULL: nobody waits */
    void *arg;
};

/* Everything but key, etag, info and fd is under the cache's mutex. */
struct cached_object {
    struct cached_object *next_in_bucket;
    struct cached_object *newer, *older; /* by use */
    bool is_kept;                        /* in the table, which counts as one user */
    int users;
    char *key, *etag;
    struct blob_info info;
    int fd;
    int64_t checked_ns, held; /* when the store was asked of it; bytes that are here */
    struct slice *slices;
    struct cached_waiter *waiters;
};

struct cached_object *cached_object_create(struct str key, const struct s3_reply *head, int fd);
void cached_object_destroy(struct cached_object *o); /* NULL is fine */

/* Bytes that can be read from `at` on; -1: none will come. */
int64_t cached_object_readable(const struct cached_object *o, int64_t at);

/* Is all of [first, end) here? */
bool cached_object_has(const struct cached_object *o, int64_t first, int64_t end);

/*
 * The next slices to get for whoever reads at `at` and goes on to `end`: *count of them, from the
 * one returned, which count as wanted from now on. 0 of them: what is needed is here or on its way.
 * With `again` those that failed are tried once more.
 */
size_t cached_object_want(struct cached_object *o, int64_t at, int64_t end, bool again,
                          size_t *count);

/* Bytes have come, counted from the beginning of a run; how many more are held now. */
int64_t cached_object_arrived(struct cached_object *o, size_t from, int64_t bytes);

/* What of a run has not come will not come. */
void cached_object_failed(struct cached_object *o, size_t from, size_t count);

/* Takes out those who wait for what can be read by now, or never. */
struct cached_waiter *cached_object_ready(struct cached_object *o);

#endif
