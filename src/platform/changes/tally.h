/* What facts add to counts: summed up for each, so that a row moves once for a whole batch. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TALLY_H
#define TALLY_H

#include "ctx.h"

/* In the request's arena, of whoever runs it. */
struct tally {
    struct tally_row {
        int64_t id;
        int column; /* the owner's own */
        int64_t by;
    } * at;
    size_t count;
};

struct tally tally_begin(struct ctx *c, size_t room);
void tally_add(struct tally *t, int column, int64_t id, int64_t by); /* 0 adds nothing */

/* One row for each count, ordered by id: two batches never wait for each other in a circle. */
void tally_sum(struct tally *t);

#endif
