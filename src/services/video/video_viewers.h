/* What the video service knows of its viewers: what they saw, and what they are shown. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_VIEWERS_H
#define VIDEO_VIEWERS_H

#include "video_api.h"

/* Methods of the service. */
struct err *video_viewers_mark_seen(struct video_api *base, struct ctx *c,
                                    const struct video_mark_seen_req *req,
                                    struct video_mark_seen_resp *resp);
struct err *video_viewers_unwant(struct video_api *base, struct ctx *c,
                                 const struct video_unwant_req *req,
                                 struct video_unwant_resp *resp);
struct err *video_viewers_for_you(struct video_api *base, struct ctx *c,
                                  const struct video_list_for_you_req *req,
                                  struct video_list_for_you_resp *resp);
struct err *video_viewers_by_authors(struct video_api *base, struct ctx *c,
                                     const struct video_list_by_authors_req *req,
                                     struct video_list_resp *resp);

#endif
