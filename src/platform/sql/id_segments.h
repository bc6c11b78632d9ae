/* Ids taken ahead, a segment at a time, so that no transaction waits for another's id. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ID_SEGMENTS_H
#define ID_SEGMENTS_H

#include "err.h"

/* Ids from..to of one kind, nobody else's. */
struct id_segment {
    int64_t from, to;
};

/* Asks the table for `count` more of a kind. Not within anybody's transaction. */
typedef struct err *id_fetch(void *self, struct ctx *c, struct str kind, int64_t count,
                             struct id_segment *out);

/*
 * Of one process and one database. A segment lasts for about a minute, and the next one is fetched
 * when half of it is used; what is left when the process ends is a gap. Any thread may call.
 */
struct id_segments;

struct id_segments *id_segments_create(id_fetch *fetch, void *self);
void id_segments_destroy(struct id_segments *s); /* NULL is fine */

MUST_USE struct err *id_segments_next(struct id_segments *s, struct ctx *c, struct str kind,
                                      int64_t *out);

#endif
