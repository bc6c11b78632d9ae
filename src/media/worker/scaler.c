/* Scales with libswscale, maps HDR to SDR, turns upright. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scaler.h"

#include <stdlib.h>

#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "tonemap.h"

enum { TILE = 16 };

struct scaler {
    struct SwsContext *sws;
    struct size size;
    struct turn turn;
    AVFrame *scaled;       /* of `size` before turning; 10 bits when HDR */
    AVFrame *mapped;       /* HDR only */
    AVFrame *turned;       /* only when the picture is not stored upright */
    struct tonemap *tones; /* HDR only */
    int from_width, from_height, from_format, from_trc, from_range;
};

enum media_reason scaler_create(struct size size, struct turn turn, struct scaler **out)
{
    struct scaler *s = calloc(1, sizeof(*s));

    if (!s)
        return fail_with(MEDIA_MEMORY_LIMIT, "scaler");
    s->size = size;
    s->turn = turn;
    *out = s;
    return MEDIA_OK;
}

static void buffers_free(struct scaler *s)
{
    sws_freeContext(s->sws);
    s->sws = NULL;
    av_frame_free(&s->scaled);
    av_frame_free(&s->mapped);
    av_frame_free(&s->turned);
    tonemap_destroy(s->tones);
    s->tones = NULL;
}

void scaler_destroy(struct scaler *s)
{
    if (!s)
        return;
    buffers_free(s);
    free(s);
}

static int is_full_range(const AVFrame *f)
{
    return f->color_range == AVCOL_RANGE_JPEG || f->format == AV_PIX_FMT_YUVJ420P ||
           f->format == AV_PIX_FMT_YUVJ422P || f->format == AV_PIX_FMT_YUVJ444P;
}

static int is_hdr(const AVFrame *f)
{
    return f->color_trc == AVCOL_TRC_SMPTE2084 || f->color_trc == AVCOL_TRC_ARIB_STD_B67;
}

static int is_turned(struct turn t)
{
    return t.transpose || t.flip_x || t.flip_y;
}

/* Size in the orientation the pixels are stored in. */
static struct size stored_size(const struct scaler *s)
{
    return s->turn.transpose ? (struct size){s->size.height, s->size.width} : s->size;
}

static int as_is(const struct scaler *s, const AVFrame *in)
{
    return in->format == AV_PIX_FMT_YUV420P && in->width == s->size.width &&
           in->height == s->size.height && !is_turned(s->turn) && !is_full_range(in) && !is_hdr(in);
}

/* Range changes, matrix stays: the output carries the tags of the input. */
static enum media_reason colors_set(struct SwsContext *sws, const AVFrame *in)
{
    const int *matrix = sws_getCoefficients((int)in->colorspace);

    if (sws_setColorspaceDetails(sws, matrix, is_full_range(in), matrix, 0, 0, 1 << 16, 1 << 16) <
        0)
        return fail_with(MEDIA_INTERNAL, "color conversion of %s", av_get_pix_fmt_name(in->format));
    return MEDIA_OK;
}

static int unchanged(const struct scaler *s, const AVFrame *in)
{
    return s->sws && s->from_width == in->width && s->from_height == in->height &&
           s->from_format == in->format && s->from_trc == (int)in->color_trc &&
           s->from_range == (int)in->color_range;
}

/* (Re)builds everything that depends on the input; it may change in the middle of a file. */
static enum media_reason scaler_prepare(struct scaler *s, const AVFrame *in)
{
    struct size size = stored_size(s);
    enum AVPixelFormat format = is_hdr(in) ? AV_PIX_FMT_YUV420P10 : AV_PIX_FMT_YUV420P;

    if (unchanged(s, in))
        return MEDIA_OK;
    buffers_free(s);
    s->sws = sws_getContext(in->width, in->height, in->format, size.width, size.height, format,
                            SWS_BICUBIC, NULL, NULL, NULL);
    s->scaled = picture_new(size, format);
    s->mapped = is_hdr(in) ? picture_new(size, AV_PIX_FMT_YUV420P) : NULL;
    s->turned = is_turned(s->turn) ? picture_new(s->size, AV_PIX_FMT_YUV420P) : NULL;
    s->tones = is_hdr(in) ? tonemap_create(in->color_trc) : NULL;
    if (!s->sws || !s->scaled || (is_hdr(in) && (!s->mapped || !s->tones)) ||
        (is_turned(s->turn) && !s->turned))
        return fail_with(MEDIA_MEMORY_LIMIT, "scale %dx%d", in->width, in->height);
    s->from_width = in->width;
    s->from_height = in->height;
    s->from_format = in->format;
    s->from_trc = (int)in->color_trc;
    s->from_range = (int)in->color_range;
    return colors_set(s->sws, in);
}

/* One tile of a transposition: both sides stay within the first-level cache. */
static void tile_turn(struct plane to, struct plane from, struct turn t, int x0, int y0)
{
    int x1 = FFMIN(x0 + TILE, to.width), y1 = FFMIN(y0 + TILE, to.height);

    for (int y = y0; y < y1; y++) {
        int row = t.flip_y ? to.height - 1 - y : y;
        uint8_t *out = to.pixels + (ptrdiff_t)y * to.stride;

        for (int x = x0; x < x1; x++) {
            int column = t.flip_x ? to.width - 1 - x : x;

            out[x] = t.transpose ? from.pixels[(ptrdiff_t)column * from.stride + row]
                                 : from.pixels[(ptrdiff_t)row * from.stride + column];
        }
    }
}

static void frame_turn(AVFrame *to, const AVFrame *from, struct turn t)
{
    for (int i = 0; i < 3; i++) {
        struct plane out = picture_plane(to, i), in = picture_plane(from, i);

        for (int y = 0; y < out.height; y += TILE)
            for (int x = 0; x < out.width; x += TILE)
                tile_turn(out, in, t, x, y);
    }
}

enum media_reason scaler_run(struct scaler *s, const AVFrame *in, const AVFrame **out)
{
    if (as_is(s, in)) {
        *out = in;
        return MEDIA_OK;
    }
    TRY_MEDIA(scaler_prepare(s, in));
    if (av_frame_make_writable(s->scaled) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "scale");
    sws_scale(s->sws, (const uint8_t *const *)in->data, in->linesize, 0, in->height,
              s->scaled->data, s->scaled->linesize);
    const AVFrame *done = s->scaled;
    if (s->tones) {
        if (av_frame_make_writable(s->mapped) < 0)
            return fail_with(MEDIA_MEMORY_LIMIT, "tones");
        tonemap_run(s->tones, s->scaled, s->mapped);
        done = s->mapped;
    }
    if (s->turned) {
        if (av_frame_make_writable(s->turned) < 0)
            return fail_with(MEDIA_MEMORY_LIMIT, "turn");
        frame_turn(s->turned, done, s->turn);
        done = s->turned;
    }
    *out = done;
    return MEDIA_OK;
}
