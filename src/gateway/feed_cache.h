/* The first page of the feed, finished: valid while nothing was committed since. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FEED_CACHE_H
#define FEED_CACHE_H

#include "page.h"

/* A finished page. Immutable; counted, because replies that are still being sent hold it. */
struct feed_page {
    _Atomic int count;
    uint64_t sequence; /* of the near cache, before anything was read */
    int64_t newest;    /* when the newest video came that was looked at for it */
    struct str base;
    struct http_shared *shared; /* for those who are not signed in */
    struct str text;            /* the same bytes, to copy and patch */
    struct i64_list ids, authors;
    struct page_flags *flags;
};

/* What a page is made of; all of it is copied. */
struct feed_parts {
    const struct video_page *loaded;
    const struct page_flags *flags;
    struct str text;
    int64_t newest;
};

/* One page at a time: of the public URL that was asked for last. Any thread may call it. */
struct feed_cache;

struct feed_cache *feed_cache_create(void);
void feed_cache_destroy(struct feed_cache *f); /* NULL is fine */

/* The page, or NULL when it is not the one, or no longer true. Give it back. */
struct feed_page *feed_cache_take(struct feed_cache *f, uint64_t sequence, struct str base);
void feed_page_give(struct feed_page *page);

/* A page made of what was just loaded; in place of the one before. The caller gives it back. */
struct feed_page *feed_cache_put(struct feed_cache *f, uint64_t sequence, struct str base,
                                 const struct feed_parts *parts);

#endif
