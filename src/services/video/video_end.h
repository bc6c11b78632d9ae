/* The end of a video, and of all videos of an account. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_END_H
#define VIDEO_END_H

#include "video_impl.h"

struct err *video_end_remove(struct video_api *base, struct ctx *c,
                             const struct video_remove_req *req, struct video_remove_resp *resp);
struct err *video_end_forget(struct video_api *base, struct ctx *c,
                             const struct video_forget_req *req, struct video_forget_resp *resp);

/* Is the video this author's? FORBIDDEN; of what is not shown to others they do not even hear that
 * it is there. */
MUST_USE struct err *video_end_check_author(struct ctx *c, const struct video_item *item,
                                            int64_t author);

/* Jobs on whole accounts wait in the queue that is this service's. */
void video_end_follow(struct video *self);

#endif
