/* Uploads that come in pieces: how far each has come, and what becomes of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_UPLOADS_H
#define VIDEO_UPLOADS_H

#include "sql.h"
#include "video_api.h"

struct video;

/* Methods of the service. */
struct err *video_uploads_begin(struct video_api *base, struct ctx *c,
                                const struct video_begin_upload_req *req,
                                struct video_begin_upload_resp *resp);
struct err *video_uploads_get(struct video_api *base, struct ctx *c,
                              const struct video_get_upload_req *req,
                              struct video_get_upload_resp *resp);
struct err *video_uploads_add_part(struct video_api *base, struct ctx *c,
                                   const struct video_add_part_req *req,
                                   struct video_add_part_resp *resp);
struct err *video_uploads_end(struct video_api *base, struct ctx *c,
                              const struct video_end_upload_req *req,
                              struct video_end_upload_resp *resp);
struct err *video_uploads_sweep(struct video_api *base, struct ctx *c,
                                const struct video_sweep_req *req, struct video_sweep_resp *resp);

/* In the transaction that publishes: the upload of that author and id, and it stays so. NOT_FOUND;
 * PRECONDITION: not all of it has come. */
MUST_USE struct err *video_uploads_claim(struct sql_tx *tx, struct ctx *c,
                                         struct video_upload *upload);
MUST_USE struct err *video_uploads_became(struct video *self, struct sql_tx *tx, struct ctx *c,
                                          const struct video_upload *upload, int64_t video);

#endif
