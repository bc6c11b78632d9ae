/* The colour that most of a picture has: what is shown until the picture itself is there. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef DOMINANT_H
#define DOMINANT_H

#include <libavutil/frame.h>

enum { DOMINANT_TEXT = 7 }; /* "7f3a22" */

/* Of limited-range YUV 4:2:0 of 8 bits. */
void dominant_color(const AVFrame *picture, char out[DOMINANT_TEXT]);

#endif
