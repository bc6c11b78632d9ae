/* From a spooled file to objects in the blob store: what a new video is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UPLOADS_H
#define UPLOADS_H

#include "gateway_parts.h"

/*
 * Looks at the upload in the sandbox, makes its cover and, when that is quick, a copy that plays at
 * once and has lost its metadata. Blocks: worker threads only. On success the objects are in place
 * and *out names them; on failure nothing is left.
 * ERR_INVALID, reason not_a_video: with a message for the author. ERR_UNAVAILABLE: try again.
 */
MUST_USE struct err *uploads_take(struct gateway *g, struct ctx *c,
                                  const struct http_upload *upload, struct video_media *out);

/* Undoes it: the video was not published after all. */
void uploads_forget(struct gateway *g, struct ctx *c, const struct video_media *media);

#endif
