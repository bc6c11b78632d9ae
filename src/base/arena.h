/* Memory for one unit of work: allocated piece by piece, released all at once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARENA_H
#define ARENA_H

#include "attr.h"
#include "str.h"

/*
 * Everything allocated from an arena dies together in arena_reset(); nothing is freed alone.
 * Allocation never returns NULL: running out of memory aborts the process, and the edge bounds what
 * a request may ask for (body size, page size).
 * Not thread-safe: an arena belongs to whoever runs the request at the moment.
 */
struct arena {
    struct arena_block *blocks;
    struct arena_defer *defers;
    char *cur, *end;
};

void arena_init(struct arena *a);  /* a zeroed arena is initialised too */
void arena_reset(struct arena *a); /* runs defers, newest first; keeps one block for reuse */
void arena_fini(struct arena *a);  /* like reset, and returns the memory */

/* Zeroed memory; a count that overflows aborts. */
#define arena_new(a, T) ((T *)arena_alloc((a), 1, sizeof(T), _Alignof(T)))
#define arena_array(a, T, n) ((T *)arena_alloc((a), (n), sizeof(T), _Alignof(T)))
void *arena_alloc(struct arena *a, size_t count, size_t size, size_t align);

/* `len` bytes that the caller will overwrite: not zeroed. */
char *arena_bytes(struct arena *a, size_t len);

/* A copy; its ptr is NUL-terminated for the door of a C library. */
struct str arena_copy(struct arena *a, struct str s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF(2, 3);

/* arena_printf() as a slice. */
#define arena_str(a, ...) str_of(arena_printf((a), __VA_ARGS__))

/* Calls fn(ptr) on reset: the one way to tie a foreign resource to a request. */
void arena_defer(struct arena *a, void (*fn)(void *), void *ptr);

#endif
