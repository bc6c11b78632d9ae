/* Memory for one unit of work: a chain of blocks, filled from the front. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) && !defined(__SANITIZE_ADDRESS__)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif

/* Bytes between two allocations that nobody may touch: overruns inside an arena are seen too. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
enum { REDZONE = 16 };
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
enum { REDZONE = 0 };
#endif

enum { BLOCK = 16 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    _Alignas(max_align_t) char data[];
};

struct arena_defer {
    struct arena_defer *next;
    void (*fn)(void *);
    void *ptr;
};

void arena_init(struct arena *a)
{
    *a = (struct arena){0};
}

static void block_add(struct arena *a, size_t need)
{
    size_t size = need > BLOCK ? need : BLOCK;
    struct arena_block *b = malloc(sizeof(*b) + size);

    if (!b)
        abort();
    *b = (struct arena_block){.next = a->blocks, .size = size};
    a->blocks = b;
    a->cur = b->data;
    a->end = b->data + size;
    ASAN_POISON_MEMORY_REGION(b->data, size);
}

static char *take(struct arena *a, size_t bytes, size_t align)
{
    size_t need;

    assert(align && (align & (align - 1)) == 0);
    if (__builtin_add_overflow(bytes, align + REDZONE, &need))
        abort();
    if (!a->cur || (size_t)(a->end - a->cur) < need)
        block_add(a, need);

    char *p = a->cur + (-(uintptr_t)a->cur & (align - 1));
    a->cur = p + bytes + REDZONE;
    ASAN_UNPOISON_MEMORY_REGION(p, bytes);
    return p;
}

void *arena_alloc(struct arena *a, size_t count, size_t size, size_t align)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    return memset(take(a, bytes, align), 0, bytes);
}

char *arena_bytes(struct arena *a, size_t len)
{
    return take(a, len, 1);
}

static void run_defers(struct arena *a)
{
    for (struct arena_defer *d; (d = a->defers) != NULL;) {
        a->defers = d->next;
        d->fn(d->ptr);
    }
}

static void block_free(struct arena_block *b)
{
    ASAN_UNPOISON_MEMORY_REGION(b->data, b->size);
    free(b);
}

/* Only a block of the usual size is worth keeping: a request may have needed a huge one. */
void arena_reset(struct arena *a)
{
    struct arena_block *kept = NULL;

    run_defers(a);
    for (struct arena_block *b = a->blocks, *next; b; b = next) {
        next = b->next;
        if (b->size > BLOCK || kept)
            block_free(b);
        else
            kept = b;
    }
    *a = (struct arena){.blocks = kept};
    if (kept) {
        kept->next = NULL;
        a->cur = kept->data;
        a->end = a->cur + kept->size;
        ASAN_POISON_MEMORY_REGION(kept->data, kept->size);
    }
}

void arena_fini(struct arena *a)
{
    arena_reset(a);
    if (a->blocks)
        block_free(a->blocks);
    arena_init(a);
}

struct str arena_copy(struct arena *a, struct str s)
{
    char *p = arena_bytes(a, s.len + 1);

    if (s.len)
        memcpy(p, s.ptr, s.len);
    p[s.len] = '\0';
    return (struct str){p, s.len};
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list ap, again;

    va_start(ap, fmt);
    va_copy(again, ap);
    int n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        abort(); /* only a broken format string */

    char *p = arena_bytes(a, (size_t)n + 1);
    (void)vsnprintf(p, (size_t)n + 1, fmt, again);
    va_end(again);
    return p;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *ptr)
{
    struct arena_defer *d = arena_new(a, struct arena_defer);

    *d = (struct arena_defer){a->defers, fn, ptr};
    a->defers = d;
}
