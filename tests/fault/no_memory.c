/* Preloaded: the Nth allocation fails, and with it a number of those that follow. */
/* SPDX-License-Identifier: Apache-2.0 */
/* NO_MEMORY is "N" or "N,HOW_MANY"; without it, or with 0, every allocation succeeds. */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* The C library's own: no look-up is needed, which would allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static _Atomic long done;
static long first = 1, last; /* of those that fail: none */

static bool fails(void)
{
    long number = atomic_fetch_add(&done, 1) + 1;

    if (number < first || number > last)
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}

__attribute__((constructor)) static void start(void)
{
    const char *order = getenv("NO_MEMORY");
    char *end = NULL;
    long number = order ? strtol(order, &end, 10) : 0;

    if (number <= 0)
        return;
    last = *end == ',' ? number + strtol(end + 1, NULL, 10) - 1 : number;
    first = number;
    atomic_store(&done, 0);
}
