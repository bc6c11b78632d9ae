/* Where "up" is, what size is shown, and what size fits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "picture.h"

#include <math.h>
#include <stdlib.h>

enum { BUFFER_ALIGN = 64 };

struct turn picture_turn(const AVStream *video)
{
    const int32_t *m =
        (const int32_t *)av_stream_get_side_data(video, AV_PKT_DATA_DISPLAYMATRIX, NULL);

    if (!m)
        return (struct turn){0};
    if (llabs(m[0]) >= llabs(m[1]))
        return (struct turn){0, m[0] < 0, m[4] < 0};
    return (struct turn){1, m[3] < 0, m[1] < 0};
}

struct size picture_shown(const AVStream *video)
{
    const AVCodecParameters *p = video->codecpar;
    AVRational aspect =
        video->sample_aspect_ratio.num ? video->sample_aspect_ratio : p->sample_aspect_ratio;
    struct size s = {p->width, p->height};
    double ratio = aspect.num > 0 && aspect.den > 0 ? av_q2d(aspect) : 1.0;

    if (ratio > 1.0 && ratio < 8.0)
        s.width = (int)lrint(s.width * ratio);
    else if (ratio < 1.0 && ratio > 0.125)
        s.height = (int)lrint(s.height / ratio);
    return picture_turn(video).transpose ? (struct size){s.height, s.width} : s;
}

static int even(double value)
{
    int n = 2 * (int)lrint(value / 2);

    return n < 2 ? 2 : n;
}

struct size picture_fit(struct size shown, int side)
{
    int shortest = FFMIN(shown.width, shown.height);
    double scale = side < shortest ? (double)side / shortest : 1.0;

    if (scale == 1.0)
        return (struct size){shown.width & ~1, shown.height & ~1};
    return (struct size){even(shown.width * scale), even(shown.height * scale)};
}

AVFrame *picture_new(struct size size, enum AVPixelFormat format)
{
    AVFrame *f = av_frame_alloc();

    if (!f)
        return NULL;
    f->width = size.width;
    f->height = size.height;
    f->format = format;
    if (av_frame_get_buffer(f, BUFFER_ALIGN) < 0)
        av_frame_free(&f);
    return f;
}

struct plane picture_plane(const AVFrame *f, int index)
{
    int shift = index > 0;

    return (struct plane){f->data[index], f->linesize[index], (f->width + shift) >> shift,
                          (f->height + shift) >> shift};
}

static void plane_stretch(struct plane to, struct plane from, const uint8_t table[256])
{
    for (int y = 0; y < to.height; y++)
        for (int x = 0; x < to.width; x++)
            to.pixels[(ptrdiff_t)y * to.stride + x] =
                table[from.pixels[(ptrdiff_t)y * from.stride + x]];
}

enum media_reason picture_full_range(AVFrame *frame)
{
    AVFrame *full = picture_new((struct size){frame->width, frame->height}, AV_PIX_FMT_YUVJ420P);
    uint8_t luma[256], chroma[256];

    if (!full)
        return fail_with(MEDIA_MEMORY_LIMIT, "range");
    for (int i = 0; i < 256; i++) {
        luma[i] = av_clip_uint8(((i - 16) * 255 + 109) / 219);
        chroma[i] = av_clip_uint8(((i - 128) * 255 + (i < 128 ? -112 : 112)) / 224 + 128);
    }
    for (int i = 0; i < 3; i++)
        plane_stretch(picture_plane(full, i), picture_plane(frame, i), i == 0 ? luma : chroma);
    full->color_range = AVCOL_RANGE_JPEG;
    av_frame_unref(frame);
    av_frame_move_ref(frame, full);
    av_frame_free(&full);
    return MEDIA_OK;
}
