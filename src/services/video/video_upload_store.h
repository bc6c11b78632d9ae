/* The tables of uploads that come in pieces: one row for each, and one for each piece. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_UPLOAD_STORE_H
#define VIDEO_UPLOAD_STORE_H

#include "sql.h"
#include "video_api.h"

MUST_USE struct err *video_upload_store_add(struct sql_tx *tx, struct ctx *c,
                                            const struct video_upload *upload);

/* Without its parts. NOT_FOUND, reason upload_not_found. */
MUST_USE struct err *video_upload_store_get(struct sql_tx *tx, struct ctx *c, int64_t author,
                                            int64_t id, struct video_upload *out);
/* The same, and it stays so until the transaction ends. */
MUST_USE struct err *video_upload_store_lock(struct sql_tx *tx, struct ctx *c, int64_t author,
                                             int64_t id, struct video_upload *out);

/* Its parts, in their order. */
MUST_USE struct err *video_upload_store_parts(struct sql_tx *tx, struct ctx *c,
                                              struct video_upload *upload);

/* Behind what was received: moves that as well. */
MUST_USE struct err *video_upload_store_add_part(struct sql_tx *tx, struct ctx *c,
                                                 const struct video_upload *upload,
                                                 const struct video_upload_part *part);

/* It is that video from now on, and is remembered until then. */
MUST_USE struct err *video_upload_store_publish(struct sql_tx *tx, struct ctx *c,
                                                const struct video_upload *upload, int64_t video,
                                                int64_t expires_at);

MUST_USE struct err *video_upload_store_remove(struct sql_tx *tx, struct ctx *c, int64_t author,
                                               int64_t id);

/* What an author has open: how many, and how long they will be in all. */
MUST_USE struct err *video_upload_store_open(struct sql_tx *tx, struct ctx *c, int64_t author,
                                             int64_t *count, int64_t *bytes);

/* Ids of all that an author has, `limit` at most. */
MUST_USE struct err *video_upload_store_all(struct sql_tx *tx, struct ctx *c, int64_t author,
                                            int64_t limit, struct i64_list *out);

/* Whose is it? *author is 0: nobody's. */
MUST_USE struct err *video_upload_store_owner(struct sql_tx *tx, struct ctx *c, int64_t id,
                                              int64_t *author);

#endif
