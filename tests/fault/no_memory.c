/* Preloaded: the Nth allocation fails, and with it a number of those that follow. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * NO_MEMORY is "N,HOW_MANY"; without it every allocation succeeds. They are counted from the start,
 * or with NO_MEMORY_LATER from SIGUSR2 on.
 */
#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

/* The C library's own: no look-up is needed, which would allocate. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);

static _Atomic long done;
static long first, last; /* of those that fail */
static atomic_bool counts;

static bool fails(void)
{
    if (!atomic_load(&counts))
        return false;
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

static void begin(int signal)
{
    (void)signal;
    atomic_store(&counts, true);
}

__attribute__((constructor)) static void start(void)
{
    const char *order = getenv("NO_MEMORY");
    char *end = NULL;

    if (!order)
        return;
    first = strtol(order, &end, 10);
    last = first + (*end == ',' ? strtol(end + 1, NULL, 10) : 1) - 1;
    if (getenv("NO_MEMORY_LATER"))
        (void)signal(SIGUSR2, begin);
    else
        begin(0);
}
