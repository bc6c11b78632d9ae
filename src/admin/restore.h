/* Restoring: a backup becomes a data folder, whole or not at all. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RESTORE_H
#define RESTORE_H

#include "admin.h"

struct restore_order {
    struct str file; /* "-": stdin */
    /* Looks at the database of a folder: is it whole, and no newer than this program? */
    struct err *(*check)(struct ctx *c, struct str folder);
};

/* Into a->data, which is empty or not there; nothing else of `a` is used but `out`. */
MUST_USE struct err *restore_do(const struct admin *a, struct ctx *c,
                                const struct restore_order *order);

#endif
