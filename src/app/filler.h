/* Fills the index of what is searched with what was there before it: a thread that ends by itself.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FILLER_H
#define FILLER_H

#include "err.h"

struct log;
struct sql;

/* Of one process; borrows all. NULL: that table is elsewhere. */
struct filler;

struct filler *filler_start(struct sql *users, struct sql *videos, struct log *log);

/* Waits for the batch under way; what is left is filled in at the next start. NULL is fine. */
void filler_stop(struct filler *f);

#endif
