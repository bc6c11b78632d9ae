/* How the processing of a video stands, in short. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_PROGRESS_H
#define VIDEO_PROGRESS_H

#include "json.h"
#include "video_api.h"

/* ,"state":"...","percent":42 and of a failure the reason. */
void video_progress_write(struct json *j, const struct video_news *now);

#endif
