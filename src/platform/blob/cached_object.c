/* Slices of one cached object. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cached_object.h"

#include <stdlib.h>
#include <unistd.h>

static size_t slice_count(int64_t size)
{
    return (size_t)((size + BLOB_CACHE_SLICE - 1) / BLOB_CACHE_SLICE);
}

static int64_t slice_bytes(const struct cached_object *o, size_t i)
{
    int64_t left = o->info.size - (int64_t)i * BLOB_CACHE_SLICE;

    return left < BLOB_CACHE_SLICE ? left : BLOB_CACHE_SLICE;
}

static bool is_full(const struct cached_object *o, size_t i)
{
    return o->slices[i].here == slice_bytes(o, i);
}

/* Stores name versions by any text: what matters here is that others have another number. */
static uint64_t number_of(struct str etag, int64_t modified_ms)
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */

    for (size_t i = 0; i < etag.len; i++)
        hash = (hash ^ (unsigned char)etag.ptr[i]) * UINT64_C(1099511628211);
    return hash ^ (uint64_t)modified_ms;
}

static char *copy(struct str s)
{
    char *out = strndup(s.len ? s.ptr : "", s.len);

    if (!out)
        abort();
    return out;
}

struct cached_object *cached_object_create(struct str key, const struct s3_reply *head, int fd)
{
    struct cached_object *o = calloc(1, sizeof(*o));
    size_t count = slice_count(head->length);

    if (!o)
        abort();
    o->key = copy(key);
    o->etag = copy(head->etag);
    o->info = (struct blob_info){head->length, number_of(head->etag, head->modified_ms)};
    o->fd = fd;
    o->slices = calloc(count ? count : 1, sizeof(*o->slices));
    if (!o->slices)
        abort();
    return o;
}

void cached_object_destroy(struct cached_object *o)
{
    if (!o)
        return;
    close(o->fd);
    free(o->key);
    free(o->etag);
    free(o->slices);
    free(o);
}

int64_t cached_object_readable(const struct cached_object *o, int64_t at)
{
    size_t i = (size_t)(at / BLOB_CACHE_SLICE);
    int64_t inside = at % BLOB_CACHE_SLICE;

    if (at >= o->info.size)
        return -1;
    if (o->slices[i].here > inside)
        return o->slices[i].here - inside;
    return o->slices[i].state == SLICE_FAILED ? -1 : 0;
}

bool cached_object_has(const struct cached_object *o, int64_t first, int64_t end)
{
    for (size_t i = (size_t)(first / BLOB_CACHE_SLICE); i < slice_count(end); i++)
        if (!is_full(o, i))
            return false;
    return true;
}

static bool is_to_get(const struct cached_object *o, size_t i, bool again)
{
    return o->slices[i].state == SLICE_NONE || (again && o->slices[i].state == SLICE_FAILED);
}

size_t cached_object_want(struct cached_object *o, int64_t at, int64_t end, bool again,
                          size_t *count)
{
    size_t here = (size_t)(at / BLOB_CACHE_SLICE), last = slice_count(end), from = here;

    while (from < last && from < here + BLOB_CACHE_AHEAD && !is_to_get(o, from, again))
        from++;
    *count = 0;
    if (from == here + BLOB_CACHE_AHEAD)
        return from;
    while (from + *count < last && *count < BLOB_CACHE_RUN && is_to_get(o, from + *count, again)) {
        o->slices[from + *count] = (struct slice){o->slices[from + *count].here, SLICE_WANTED};
        ++*count;
    }
    return from;
}

int64_t cached_object_arrived(struct cached_object *o, size_t from, int64_t bytes)
{
    int64_t more = 0;

    for (size_t i = from; bytes > 0; i++) {
        int64_t whole = slice_bytes(o, i), here = bytes < whole ? bytes : whole;

        if (here > o->slices[i].here) { /* a request that is tried again brings it twice */
            more += here - o->slices[i].here;
            o->slices[i].here = (uint32_t)here;
        }
        bytes -= here;
    }
    o->held += more;
    return more;
}

void cached_object_failed(struct cached_object *o, size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++)
        if (!is_full(o, i))
            o->slices[i].state = SLICE_FAILED;
}

struct cached_waiter *cached_object_ready(struct cached_object *o)
{
    struct cached_waiter *ready = NULL;

    for (struct cached_waiter **link = &o->waiters, *w; (w = *link) != NULL;) {
        if (cached_object_readable(o, w->at) == 0) {
            link = &w->next;
            continue;
        }
        *link = w->next;
        w->next = ready;
        ready = w;
    }
    return ready;
}
