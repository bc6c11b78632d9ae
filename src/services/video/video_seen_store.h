/* The tables of what each viewer has seen, and of what he does not want to see. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_SEEN_STORE_H
#define VIDEO_SEEN_STORE_H

#include "sql.h"
#include "video_api.h"

/* Newest first, by when they were published. In the arena of c. */
struct video_times {
    int64_t *ids, *times;
    size_t count;
};

/* Of one viewer; each is remembered once. */
MUST_USE struct err *video_seen_store_add(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                          const struct video_item *video, int64_t watched_ms);
MUST_USE struct err *video_seen_store_add_unwanted(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                                   const struct video_item *video);

/* Forgets all but the newest videos. */
MUST_USE struct err *video_seen_store_trim(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                           int64_t keep);
MUST_USE struct err *video_seen_store_trim_unwanted(struct sql_tx *tx, struct ctx *c,
                                                    int64_t viewer, int64_t keep);

/* Those published before a time, `limit` of them. */
MUST_USE struct err *video_seen_store_list(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                           int64_t before, int64_t limit, struct video_times *out);
MUST_USE struct err *video_seen_store_unwanted(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                               int64_t before, int64_t limit,
                                               struct video_times *out);

/* All that a viewer has seen or does not want. */
MUST_USE struct err *video_seen_store_forget(struct sql_tx *tx, struct ctx *c, int64_t viewer);

#endif
