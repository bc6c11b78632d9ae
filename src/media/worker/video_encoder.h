/* The H.264 encoder of one rung. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_ENCODER_H
#define VIDEO_ENCODER_H

#include "input.h"
#include "ladder.h"

enum {
    VIDEO_CLOCK = 90000,
};

/* Opens an H.264 encoder for one rung; free with avcodec_free_context(). */
MUST_USE enum media_reason video_encoder_open(const struct input *in, const struct rung *rung,
                                              int threads, AVCodecContext **out);

#endif
