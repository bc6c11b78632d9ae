/* Sizes and orientation of pictures. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PICTURE_H
#define PICTURE_H

#include <libavformat/avformat.h>
#include <libavutil/frame.h>

#include "fail.h"

struct size {
    int width;
    int height;
};

/* How stored pixels become upright: transposed first, then mirrored. */
struct turn {
    int transpose;
    int flip_x;
    int flip_y;
};

struct turn picture_turn(const AVStream *video);

/* Size of the upright picture with square pixels. */
struct size picture_shown(const AVStream *video);

/* The size whose short side is `side` (at most the picture's own), both even. */
struct size picture_fit(struct size shown, int side);

/* One plane of a frame in YUV 4:2:0. */
struct plane {
    uint8_t *pixels;
    int stride;
    int width;
    int height;
};

struct plane picture_plane(const AVFrame *f, int index);

/* An empty frame with buffers; NULL: no memory. */
AVFrame *picture_new(struct size size, enum AVPixelFormat format);

/* Stretches a limited-range YUV 4:2:0 frame to full range, as JPEG wants it, into new buffers. */
MUST_USE enum media_reason picture_full_range(AVFrame *frame);

#endif
