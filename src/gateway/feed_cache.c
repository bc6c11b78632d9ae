/* The finished first page: one allocation, swapped under a mutex. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "feed_cache.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "envelope.h"

struct feed_cache {
    pthread_mutex_t lock; /* of current */
    struct feed_page *current;
};

struct feed_cache *feed_cache_create(void)
{
    struct feed_cache *f = calloc(1, sizeof(*f));

    if (!f || pthread_mutex_init(&f->lock, NULL) != 0)
        abort();
    return f;
}

void feed_cache_destroy(struct feed_cache *f)
{
    if (!f)
        return;
    if (f->current)
        feed_page_give(f->current);
    pthread_mutex_destroy(&f->lock);
    free(f);
}

struct feed_page *feed_cache_take(struct feed_cache *f, uint64_t sequence, struct str base)
{
    pthread_mutex_lock(&f->lock);
    struct feed_page *page = f->current;

    if (page && (page->sequence != sequence || !str_eq(page->base, base)))
        page = NULL;
    if (page)
        atomic_fetch_add(&page->count, 1);
    pthread_mutex_unlock(&f->lock);
    return page;
}

void feed_page_give(struct feed_page *page)
{
    if (atomic_fetch_sub(&page->count, 1) > 1)
        return;
    http_shared_release(page->shared);
    free(page);
}

/* Everything behind the struct, in one piece: ids, authors, flags, base, text. */
static struct feed_page *allocate(const struct video_page *loaded, struct str base, struct str text)
{
    size_t n = loaded->ids.count;
    struct feed_page *page = calloc(1, sizeof(*page) + 2 * n * sizeof(int64_t) +
                                           n * sizeof(struct page_flags) + base.len + text.len);

    if (!page)
        abort();
    page->ids = (struct i64_list){(int64_t *)(void *)(page + 1), n};
    page->authors = (struct i64_list){page->ids.at + n, n};
    page->flags = (struct page_flags *)(void *)(page->authors.at + n);
    char *at = (char *)(page->flags + n);

    memcpy(at, base.ptr, base.len);
    page->base = (struct str){at, base.len};
    memcpy(at + base.len, text.ptr, text.len);
    page->text = (struct str){at + base.len, text.len};
    return page;
}

struct feed_page *feed_cache_put(struct feed_cache *f, uint64_t sequence, struct str base,
                                 const struct feed_parts *parts)
{
    const struct video_page *loaded = parts->loaded;
    struct feed_page *page = allocate(loaded, base, parts->text);
    size_t n = loaded->ids.count;

    if (n) {
        memcpy(page->ids.at, loaded->ids.at, n * sizeof(int64_t));
        memcpy(page->authors.at, loaded->authors.at, n * sizeof(int64_t));
        memcpy(page->flags, parts->flags, n * sizeof(*parts->flags));
    }
    page->newest = parts->newest;
    page->sequence = sequence;
    page->shared = http_shared_create(envelope_type, parts->text);
    atomic_init(&page->count, 2); /* the cache's and the caller's */
    pthread_mutex_lock(&f->lock);
    struct feed_page *old = f->current;

    f->current = page;
    pthread_mutex_unlock(&f->lock);
    if (old)
        feed_page_give(old);
    return page;
}
