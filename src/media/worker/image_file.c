/* Images: encoders of one frame. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "image_file.h"

#include <libavcodec/avcodec.h>
#include <libavutil/opt.h>

#include "output.h"

enum {
    JPEG_SCALE = 4, /* 2 best, 31 worst */
    WEBP_QUALITY = 70,
    WEBP_EFFORT = 1, /* 0..6: each step costs time and saves little */
};

static AVCodecContext *encoder_open(const char *name, int quality, const AVFrame *f)
{
    const AVCodec *codec = avcodec_find_encoder_by_name(name);
    AVCodecContext *e = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!e)
        return NULL;
    e->width = f->width;
    e->height = f->height;
    e->pix_fmt = f->format;
    e->color_range = f->color_range;
    e->time_base = (AVRational){1, 25};
    e->flags |= AV_CODEC_FLAG_QSCALE;
    e->global_quality = quality * FF_QP2LAMBDA;
    e->thread_count = 1;
    (void)av_opt_set_int(e->priv_data, "compression_level", WEBP_EFFORT, 0);
    if (avcodec_open2(e, codec, NULL) < 0)
        avcodec_free_context(&e);
    return e;
}

static enum media_reason image_write(const char *encoder, int quality, const char *name,
                                     const AVFrame *f)
{
    AVCodecContext *e = encoder_open(encoder, quality, f);
    AVPacket *packet = av_packet_alloc();
    enum media_reason reason = fail_with(MEDIA_INTERNAL, "encode %s", name);

    if (e && packet && avcodec_send_frame(e, f) >= 0 && avcodec_send_frame(e, NULL) >= 0 &&
        avcodec_receive_packet(e, packet) >= 0)
        reason = output_whole(name, packet->data, (size_t)packet->size);
    av_packet_free(&packet);
    avcodec_free_context(&e);
    return reason;
}

enum media_reason image_file_webp(const char *name, const AVFrame *picture)
{
    return image_write("libwebp", WEBP_QUALITY, name, picture);
}

enum media_reason image_file_jpeg(const char *name, const AVFrame *picture)
{
    return image_write("mjpeg", JPEG_SCALE, name, picture);
}
