/* Settings of the H.264 encoder. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_encoder.h"

#include <libavutil/opt.h>

#include "probe.h"

enum {
    FPS_MAX = 60,
};

/* SDR keeps its colors and says which; HDR has become BT.709. */
static void colors_tag(AVCodecContext *e, const AVCodecParameters *from)
{
    e->color_range = AVCOL_RANGE_MPEG;
    if (probe_is_hdr(from)) {
        e->colorspace = AVCOL_SPC_BT709;
        e->color_primaries = AVCOL_PRI_BT709;
        e->color_trc = AVCOL_TRC_BT709;
        return;
    }
    e->colorspace = from->color_space == AVCOL_SPC_RGB ? AVCOL_SPC_UNSPECIFIED : from->color_space;
    e->color_primaries = from->color_primaries;
    e->color_trc = from->color_trc;
}

static AVDictionary *options_of(const struct rung *rung)
{
    AVDictionary *o = NULL;

    (void)av_dict_set(&o, "preset", "veryfast", 0);
    (void)av_dict_set(&o, "crf", "23", 0);
    (void)av_dict_set(&o, "profile", "high", 0);
    (void)av_dict_set(&o, "forced-idr", "1", 0); /* our keyframes start segments */
    (void)av_dict_set_int(&o, "maxrate", rung->max_rate, 0);
    (void)av_dict_set_int(&o, "bufsize", rung->max_rate * 3LL / 2, 0);
    return o;
}

enum media_reason video_encoder_open(const struct input *in, const struct rung *rung, int threads,
                                     AVCodecContext **out)
{
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    AVCodecContext *e = codec ? avcodec_alloc_context3(codec) : NULL;
    AVRational rate = probe_rate(in);

    if (!e)
        return fail_with(MEDIA_INTERNAL, "no H.264 encoder");
    e->width = rung->size.width;
    e->height = rung->size.height;
    e->sample_aspect_ratio = (AVRational){1, 1};
    e->pix_fmt = AV_PIX_FMT_YUV420P;
    e->time_base = (AVRational){1, VIDEO_CLOCK};
    e->framerate = av_q2d(rate) > FPS_MAX ? (AVRational){FPS_MAX, 1} : rate;
    e->thread_count = threads;
    e->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    colors_tag(e, in->video->codecpar);
    AVDictionary *options = options_of(rung);
    int error = avcodec_open2(e, codec, &options);
    av_dict_free(&options);
    if (error < 0) {
        avcodec_free_context(&e);
        return fail_av(error, "video encoder");
    }
    *out = e;
    return MEDIA_OK;
}
