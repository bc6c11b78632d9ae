/* Where a restored data folder is made, and how it comes to its place: all at once, or not. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RESTORE_PLACE_H
#define RESTORE_PLACE_H

#include "err.h"

/*
 * It is made in a folder beside, which is renamed at the end. Where that cannot be (the data
 * folder is a file system of its own, as a container's volume is, or its parent cannot be written),
 * in a folder inside: its contents move up at the end, the database last.
 */
struct restore_place {
    struct str data; /* its real path */
    struct str made; /* what is being filled; "" when nothing is */
    bool inside;
    int folder; /* made, open */
};

/* ERR_EXISTS: the data folder is not empty. */
MUST_USE struct err *restore_place_open(struct ctx *c, struct str data, struct restore_place *out);

/* Everything is on disk, and where it belongs. */
MUST_USE struct err *restore_place_finish(struct restore_place *p, struct ctx *c);

/* Takes away what has not come to its place. */
void restore_place_close(struct restore_place *p);

#endif
