/* The tables of videos and of their counts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_STORE_H
#define VIDEO_STORE_H

#include "sql.h"
#include "video_api.h"

MUST_USE struct err *video_store_add(struct sql_tx *tx, struct ctx *c,
                                     const struct video_item *item);

/* Those that there are, in the order of their ids in the list. */
MUST_USE struct err *video_store_get_all(struct sql_tx *tx, struct ctx *c, struct i64_list ids,
                                         struct video_item_list *out);
/* *found is false when there is no such video. */
MUST_USE struct err *video_store_get(struct sql_tx *tx, struct ctx *c, int64_t id,
                                     struct video_item *out, bool *found);

/* The same, and the video and its counts stay so until the transaction ends. */
MUST_USE struct err *video_store_lock(struct sql_tx *tx, struct ctx *c, int64_t id,
                                      struct video_item *out, bool *found);

/* Ids and the time of the last one, newest first. */
MUST_USE struct err *video_store_feed(struct sql_tx *tx, struct ctx *c,
                                      const struct video_list_feed_req *req,
                                      struct video_list_resp *out);
MUST_USE struct err *video_store_by_author(struct sql_tx *tx, struct ctx *c,
                                           const struct video_list_by_author_req *req,
                                           struct video_list_resp *out);

/* Shown videos of these authors from a time on and before another, newest first: the newest
 * VIDEO_STORE_SPAN_ROWS of them. */
enum { VIDEO_STORE_SPAN_ROWS = 128 };
MUST_USE struct err *video_store_by_authors(struct sql_tx *tx, struct ctx *c,
                                            struct i64_list authors, int64_t from, int64_t before,
                                            struct video_list_resp *out);

/* *found is false when there is no such video. */
MUST_USE struct err *video_store_get_job(struct sql_tx *tx, struct ctx *c, int64_t id,
                                         struct video_get_media_resp *out, bool *found);
/* The video that names this asset; id 0: none. */
MUST_USE struct err *video_store_by_asset(struct sql_tx *tx, struct ctx *c, struct str asset,
                                          struct video_find_asset_resp *out);
/* hidden_at and shown of the item. */
MUST_USE struct err *video_store_set_hidden(struct sql_tx *tx, struct ctx *c,
                                            const struct video_item *item, struct str reason);

/* State, progress, attempts and reason; with req->media also the files. `shown`: in lists. */
MUST_USE struct err *video_store_set_job(struct sql_tx *tx, struct ctx *c,
                                         const struct video_set_media_req *req, bool shown);

MUST_USE struct err *video_store_set_title(struct sql_tx *tx, struct ctx *c, int64_t id,
                                           struct str title);

/* Both rows. */
MUST_USE struct err *video_store_remove(struct sql_tx *tx, struct ctx *c, int64_t id);

enum video_column { VIDEO_FAVORITES, VIDEO_COMMENTS };

/* Moves one count; *out is the whole row afterwards, NULL: it is not wanted. ERR_NOT_FOUND: no such
 * video. */
MUST_USE struct err *video_store_count(struct sql_tx *tx, struct ctx *c, enum video_column column,
                                       int64_t id, int64_t by, struct video_count *out);

#endif
