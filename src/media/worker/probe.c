/* Finds and reports the properties of an upload. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "probe.h"

#include <stdio.h>

#include <libavutil/pixdesc.h>

#include "picture.h"
#include "worker_report.h"

enum {
    PLAYABLE_SHORT_SIDE = 1080,
};

int probe_is_hdr(const AVCodecParameters *p)
{
    return p->color_trc == AVCOL_TRC_SMPTE2084 || p->color_trc == AVCOL_TRC_ARIB_STD_B67;
}

AVRational probe_rate(const struct input *in)
{
    AVRational rate = in->video->avg_frame_rate;

    if (rate.num <= 0 || rate.den <= 0)
        rate = in->video->r_frame_rate;
    if (rate.num <= 0 || rate.den <= 0 || av_q2d(rate) > MEDIA_RATE_MAX || av_q2d(rate) < 0.5)
        return (AVRational){30, 1};
    return rate;
}

static int playable_profile(int profile)
{
    return profile == FF_PROFILE_H264_BASELINE || profile == FF_PROFILE_H264_MAIN ||
           profile == FF_PROFILE_H264_CONSTRAINED_BASELINE || profile == FF_PROFILE_H264_HIGH;
}

static const char *video_obstacle(const AVStream *s)
{
    const AVCodecParameters *p = s->codecpar;
    AVRational aspect =
        s->sample_aspect_ratio.num ? s->sample_aspect_ratio : p->sample_aspect_ratio;

    if (p->codec_id != AV_CODEC_ID_H264)
        return "video_codec";
    if (!playable_profile(p->profile))
        return "video_profile";
    if (p->format != AV_PIX_FMT_YUV420P && p->format != AV_PIX_FMT_YUVJ420P)
        return "pixel_format";
    if (p->field_order > AV_FIELD_PROGRESSIVE)
        return "interlaced";
    if (aspect.num > 0 && aspect.num != aspect.den)
        return "pixel_shape";
    if (probe_is_hdr(p))
        return "hdr";
    return FFMIN(p->width, p->height) > PLAYABLE_SHORT_SIDE ? "picture_size" : NULL;
}

static const char *audio_obstacle(const AVCodecParameters *p)
{
    if (p->codec_id != AV_CODEC_ID_AAC || p->profile != FF_PROFILE_AAC_LOW)
        return "audio_codec";
    if (p->ch_layout.nb_channels < 1 || p->ch_layout.nb_channels > 2)
        return "audio_channels";
    return p->sample_rate == 44100 || p->sample_rate == 48000 ? NULL : "audio_rate";
}

const char *probe_obstacle(const struct input *in)
{
    const char *why = video_obstacle(in->video);

    if (!why && in->audio)
        why = audio_obstacle(in->audio->codecpar);
    return why;
}

static void report_rate(const struct input *in)
{
    AVRational rate = probe_rate(in);
    char text[32];

    (void)snprintf(text, sizeof(text), "%d/%d", rate.num, rate.den);
    worker_report_text("fps", text);
}

void probe_report(struct input *in)
{
    const AVCodecParameters *v = in->video->codecpar;
    struct turn turn = picture_turn(in->video);
    struct size shown = picture_shown(in->video);
    const char *obstacle = probe_obstacle(in);

    worker_report_text("container", in->container);
    worker_report_int("duration_ms", in->duration_us / 1000);
    worker_report_text("video", avcodec_get_name(v->codec_id));
    worker_report_text("pixels", av_get_pix_fmt_name(v->format));
    worker_report_int("width", shown.width);
    worker_report_int("height", shown.height);
    worker_report_int("turned", turn.transpose || turn.flip_x || turn.flip_y);
    worker_report_int("hdr", probe_is_hdr(v));
    report_rate(in);
    worker_report_text("audio",
                       in->audio ? avcodec_get_name(in->audio->codecpar->codec_id) : "none");
    worker_report_int("faststart", in->boxes.faststart);
    worker_report_text("obstacle", obstacle ? obstacle : "none");
}
