/* Searches the first frames for one worth showing and writes it as WebP and JPEG. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cover.h"

#include <stdlib.h>

#include <libavutil/pixdesc.h>

#include "dominant.h"
#include "image_file.h"
#include "picture.h"
#include "scaler.h"
#include "worker_report.h"

enum {
    COVER_SIDE = 720,
    FRAMES_TRIED = 90,
    SAMPLE_STEP = 16,  /* pixels between those looked at */
    PLAIN_SPREAD = 12, /* mean deviation of luma below which a picture says nothing */
    DARK_LUMA = 28,
};

static int sample(const AVFrame *f, int x, int y)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(f->format);
    const uint8_t *row = f->data[0] + (ptrdiff_t)y * f->linesize[0];

    if (d && d->comp[0].depth > 8)
        return ((const uint16_t *)(const void *)row)[x] >> (d->comp[0].depth - 8);
    return row[x];
}

/* How much there is to see: the mean deviation of luma, nothing for dark pictures. */
static int interest(const AVFrame *f)
{
    int64_t sum = 0, deviation = 0, count = 0;

    for (int y = 0; y < f->height; y += SAMPLE_STEP)
        for (int x = 0; x < f->width; x += SAMPLE_STEP, count++)
            sum += sample(f, x, y);
    if (count == 0)
        return 0;
    int mean = (int)(sum / count);
    for (int y = 0; y < f->height; y += SAMPLE_STEP)
        for (int x = 0; x < f->width; x += SAMPLE_STEP)
            deviation += llabs(sample(f, x, y) - mean);
    return mean < DARK_LUMA ? (int)(deviation / count / 4) : (int)(deviation / count);
}

struct search {
    AVFrame *frame;
    AVFrame *best;
    int best_interest;
    int tried;
};

/* Looks at every frame the decoder has; 1: found, 0: more input. */
static int frames_judge(struct search *s, AVCodecContext *d)
{
    while (avcodec_receive_frame(d, s->frame) >= 0) {
        int value = interest(s->frame);

        if (value > s->best_interest) {
            s->best_interest = value;
            av_frame_unref(s->best);
            av_frame_move_ref(s->best, s->frame);
        }
        av_frame_unref(s->frame);
        if (value > PLAIN_SPREAD || ++s->tried >= FRAMES_TRIED)
            return 1;
    }
    return 0;
}

static enum media_reason frame_search(struct input *in, AVCodecContext *d, struct search *s)
{
    AVPacket *packet = av_packet_alloc();
    int more = packet ? 1 : AVERROR(ENOMEM), found = 0;

    while (more > 0 && !found) {
        more = input_packet(in, packet);
        if (more == 1 && packet->stream_index == in->video->index)
            (void)avcodec_send_packet(d, packet); /* damage only loses frames */
        else if (more == 0)
            (void)avcodec_send_packet(d, NULL);
        found = frames_judge(s, d);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    if (more < 0)
        return fail_av(more, "cover");
    return s->best_interest >= 0 ? MEDIA_OK
                                 : fail_with(MEDIA_CORRUPT, "no picture could be decoded");
}

/* JPEG is full range by definition; `picture` is limited range, and becomes the other. */
static enum media_reason images_write(AVFrame *picture)
{
    char color[DOMINANT_TEXT];

    dominant_color(picture, color);
    picture->color_range = AVCOL_RANGE_MPEG;
    picture->pict_type = AV_PICTURE_TYPE_NONE;
    TRY_MEDIA(image_file_webp("cover.webp", picture));
    TRY_MEDIA(picture_full_range(picture));
    TRY_MEDIA(image_file_jpeg("cover.jpg", picture));
    worker_report_int("cover_width", picture->width);
    worker_report_int("cover_height", picture->height);
    worker_report_text("cover_color", color);
    return MEDIA_OK;
}

static enum media_reason picture_write(struct scaler *scaler, const AVFrame *best)
{
    const AVFrame *limited = NULL;

    TRY_MEDIA(scaler_run(scaler, best, &limited));
    AVFrame *copy = av_frame_clone(limited);
    if (!copy)
        return fail_with(MEDIA_MEMORY_LIMIT, "cover");
    enum media_reason reason = images_write(copy);
    av_frame_free(&copy);
    return reason;
}

static enum media_reason cover_write(const struct input *in, const AVFrame *best)
{
    struct size size = picture_fit(picture_shown(in->video), COVER_SIDE);
    struct scaler *scaler = NULL;

    TRY_MEDIA(scaler_create(size, picture_turn(in->video), &scaler));
    enum media_reason reason = picture_write(scaler, best);
    scaler_destroy(scaler);
    return reason;
}

enum media_reason cover_make(struct input *in)
{
    struct search s = {av_frame_alloc(), av_frame_alloc(), -1, 0};
    AVCodecContext *d = NULL;
    enum media_reason reason = input_decoder(in->video, 1, &d);

    if (reason == MEDIA_OK && (!s.frame || !s.best))
        reason = fail_with(MEDIA_MEMORY_LIMIT, "cover");
    if (reason == MEDIA_OK)
        reason = frame_search(in, d, &s);
    if (reason == MEDIA_OK)
        reason = cover_write(in, s.best);
    av_frame_free(&s.frame);
    av_frame_free(&s.best);
    avcodec_free_context(&d);
    return reason;
}
