/* A scratch folder for one test program, removed at its end. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "arena.h"

static inline int scratch_remove_one(const char *path, const struct stat *st, int type,
                                     struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static inline void scratch_remove(void *dir)
{
    (void)nftw(dir, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* A new empty folder, gone when the arena is reset. */
static inline struct str scratch_dir(struct arena *a)
{
    char *path = arena_printf(a, "/tmp/duan-test-XXXXXX");

    if (!mkdtemp(path))
        abort();
    arena_defer(a, scratch_remove, path);
    return str_of(path);
}

#endif
