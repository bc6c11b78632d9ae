/* From a spooled file to objects in the blob store: what a new video is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPLOADS_H
#define UPLOADS_H

#include "gateway_parts.h"

/* The title of what is to be published: looked at before the costly part. */
MUST_USE struct err *uploads_title(struct ctx *c, const struct http_req *req, struct str *out);

/* Has the disk more than its reserve left? ERR_EXHAUSTED: no. */
MUST_USE struct err *uploads_check_room(struct gateway *g, struct ctx *c);

/* May the viewer add a video of this size? ERR_PRECONDITION, reason quota_used_up: no. */
MUST_USE struct err *uploads_check_quota(struct gateway *g, struct ctx *c, int64_t bytes);

/*
 * Looks at the upload in the sandbox, makes its cover and, when that is quick, a copy that plays at
 * once and has lost its metadata; then publishes `video`, whose media are filled in here. Blocks:
 * worker threads only. On failure, or when it was published before (done->again), nothing is left.
 * ERR_INVALID, reason not_a_video: with a message for the author. ERR_UNAVAILABLE: try again.
 */
MUST_USE struct err *uploads_publish(struct gateway *g, struct ctx *c,
                                     const struct http_upload *upload,
                                     struct video_publish_req *video,
                                     struct video_publish_resp *done);

/* At start: removes the objects of uploads that a crash cut off before they were published. */
MUST_USE struct err *uploads_recover(struct gateway *g, struct ctx *c);

#endif
