/* What each author's videos take up: one row per author, moved with every video. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_USAGE_H
#define VIDEO_USAGE_H

#include "sql.h"
#include "video.h"

struct video_usage {
    int64_t videos;
    int64_t bytes;   /* of the uploads, as they came */
    int64_t pending; /* videos whose transcoding is not over */
};

/* In the transaction that adds, changes or removes a video; `by` is what it adds. */
MUST_USE struct err *video_usage_move(struct sql_tx *tx, struct ctx *c, int64_t author,
                                      const struct video_usage *by);

/* An author who has no videos is forgotten. */
MUST_USE struct err *video_usage_forget(struct sql_tx *tx, struct ctx *c, int64_t author);

/* One video more. */
struct video_wish {
    int64_t author_id, bytes;
    int64_t open; /* the length of the open upload that it is, which is counted already; 0: none */
};

/* May the author have it, beside the videos and the open uploads that are there? ERR_PRECONDITION,
 * reason quota_used_up: no. */
MUST_USE struct err *video_usage_check(struct sql_tx *tx, struct ctx *c,
                                       const struct video_quota *quota,
                                       const struct video_wish *wish);

/* The same for who adds it now: what the author has stays so until the transaction ends. */
MUST_USE struct err *video_usage_claim(struct sql_tx *tx, struct ctx *c,
                                       const struct video_quota *quota,
                                       const struct video_wish *wish);

/* Is a video in this state still waiting for its transcoder, or with it? 1 or 0. */
int64_t video_usage_pending(enum video_state state);

/* A job that ends, or begins again, moves what its author has under way. */
MUST_USE struct err *video_usage_follow(struct sql_tx *tx, struct ctx *c,
                                        const struct video_item *before, enum video_state state);

#endif
