/* What the video service's own files share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_IMPL_H
#define VIDEO_IMPL_H

#include "video.h"

struct video {
    struct video_api base; /* first */
    struct sql *db;        /* borrowed, as are the others */
    struct changes *changes;
    struct bus *bus;
    struct video_quota quota;
};

static inline struct video *video_of(struct video_api *base)
{
    return (struct video *)base;
}

#endif
