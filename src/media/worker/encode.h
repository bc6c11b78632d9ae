/* The encode job: the HLS ladder and the progressive file in one pass. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENCODE_H
#define ENCODE_H

#include "input.h"

struct encode_job {
    int progressive; /* also write video.mp4, from the packets of the best rung */
    int threads;     /* per codec */
};

/*
 * Writes the HLS presentation (and video.mp4): decodes once, scales for each rung from the best
 * one, encodes all. Tracks already complete in the output directory are not made again.
 */
MUST_USE enum media_reason encode_run(struct input *in, const struct encode_job *job);

#endif
