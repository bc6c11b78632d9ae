/* Objects of a store that are being sent: kept on disk, got piece by piece as they are asked for.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BLOB_CACHE_H
#define BLOB_CACHE_H

#include "blob_impl.h"
#include "s3_client.h"

enum {
    BLOB_CACHE_FILES = 512,        /* objects that are kept; those being sent may be more */
    BLOB_CACHE_SLICE = 256 * 1024, /* what is known to be here is counted in these */
    BLOB_CACHE_RUN = 32,           /* slices got by one request, at most */
    BLOB_CACHE_AHEAD = 16,         /* slices asked for before they are read */
    BLOB_CACHE_GETTERS = 8,        /* requests at a time */
    BLOB_CACHE_FRESH_MS = 5000,    /* then the store is asked whether the object is still there */
};

/*
 * Each object is a nameless file of its full size with holes, so what was got is sent from there
 * without a copy, and nothing is left after a crash. The oldest goes when they hold more than `max`
 * bytes. One mutex guards all of it; no request to the store is made under it. Any thread.
 */
struct blob_cache;

struct blob_cache *blob_cache_create(struct s3_client *s, const char *folder, int64_t max);
/* Nothing more is got, whoever waits is woken. After s3_client_stop(). */
void blob_cache_stop(struct blob_cache *all);
void blob_cache_destroy(struct blob_cache *all); /* every view is closed; NULL is fine */

MUST_USE struct err *blob_cache_view(struct blob_cache *all, struct ctx *c, struct str key,
                                     struct blob_view **out);

/* Objects under this key, or below this folder, have been put or removed by ourselves. */
void blob_cache_forget(struct blob_cache *all, struct str prefix);

/* Bytes on disk, of those being sent too. */
int64_t blob_cache_bytes(struct blob_cache *all);

#endif
