/* A clock for each author: when the processing of one of his videos last came further. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_CLOCK_H
#define VIDEO_CLOCK_H

#include "sql.h"
#include "video_api.h"

/*
 * Moves the author's clock on, to now or beyond what it shows, and gives the video its time. The
 * clock's row is this transaction's until that ends, so who has read the clock has missed nothing
 * that came before (docs/decisions/events.md).
 */
MUST_USE struct err *video_clock_move(struct sql_tx *tx, struct ctx *c, int64_t author,
                                      int64_t video);

/* Methods of the API. */
MUST_USE struct err *video_clock_get(struct video_api *base, struct ctx *c,
                                     const struct video_get_clocks_req *req,
                                     struct video_get_clocks_resp *resp);
MUST_USE struct err *video_clock_list(struct video_api *base, struct ctx *c,
                                      const struct video_list_news_req *req,
                                      struct video_list_news_resp *resp);

#endif
