/* Fixtures of tests: memory that begins with an arena, and goes with it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIXTURE_H
#define FIXTURE_H

#include <stdlib.h>

#include "arena.h"

/* For a setup: *state is zeroed memory of this size. Its first member is a struct arena. */
static inline void *fixture_new(void **state, size_t size)
{
    *state = calloc(1, size);
    if (!*state)
        abort();
    return *state;
}

/* A teardown, or the end of one. */
static inline int fixture_end(void **state)
{
    arena_fini(*state); /* the first member */
    free(*state);
    return 0;
}

#endif
