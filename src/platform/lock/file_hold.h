/* Who may remove the files of videos, and when. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FILE_HOLD_H
#define FILE_HOLD_H

#include "err.h"

/*
 * flock(2) on DATA/files.lock. A backup copies what its snapshot of the database names, so nobody
 * removes files meanwhile: whoever copies holds it together with others, whoever removes alone.
 * The kernel lets go when the holder dies.
 */
enum file_hold { FILE_HOLD_COPY, FILE_HOLD_REMOVE };

/* Copying waits until nobody removes any more. ERR_PRECONDITION: somebody copies, so nothing can be
 * removed now. *fd is closed to let go. */
MUST_USE struct err *file_hold_take(struct ctx *c, struct str data, enum file_hold how, int *fd);

#endif
