/* Copies the packets of an upload into a new file, with nothing but the tracks themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "remux.h"

#include <string.h>

#include "mp4.h"
#include "probe.h"
#include "worker_report.h"

/* What an MP4 can hold and some player shows (ISO/IEC 14496-12, -14, -15; opus, vp9, av1: theirs).
 */
static const enum AVCodecID mp4_carries[] = {
    AV_CODEC_ID_H264,  AV_CODEC_ID_HEVC, AV_CODEC_ID_AV1, AV_CODEC_ID_VP9,
    AV_CODEC_ID_MPEG4, AV_CODEC_ID_AAC,  AV_CODEC_ID_MP3, AV_CODEC_ID_OPUS,
};

static const enum AVCodecID webm_carries[] = {
    AV_CODEC_ID_VP8, AV_CODEC_ID_VP9, AV_CODEC_ID_AV1, AV_CODEC_ID_OPUS, AV_CODEC_ID_VORBIS,
};

static bool carries(const enum AVCodecID *codecs, size_t count, const AVStream *s)
{
    for (size_t i = 0; s && i < count; i++)
        if (s->codecpar->codec_id == codecs[i])
            return true;
    return !s;
}

static bool is_webm(const struct input *in)
{
    return strcmp(in->container, "matroska") == 0 &&
           carries(webm_carries, COUNT(webm_carries), in->video) &&
           carries(webm_carries, COUNT(webm_carries), in->audio);
}

static enum media_reason carried_check(const AVStream *s)
{
    if (carries(mp4_carries, COUNT(mp4_carries), s))
        return MEDIA_OK;
    return fail_with(MEDIA_NEEDS_ENCODE, "an MP4 cannot carry %s",
                     avcodec_get_name(s->codecpar->codec_id));
}

/*
 * Matroska stores no decoding times, and libavformat cannot tell the first few when pictures are
 * reordered: they are counted back from the first picture, a frame for each it is ahead.
 */
static void decode_time_guess(const struct input *in, const AVStream *s, AVPacket *packet)
{
    static int guessed; /* one job, one upload */
    AVRational frame = av_inv_q(probe_rate(in));
    int ahead = s->codecpar->video_delay - guessed;

    packet->dts = packet->pts;
    if (s != in->video || ahead <= 0)
        return;
    packet->dts = s->start_time - av_rescale_q(ahead, frame, s->time_base);
    guessed++;
}

/* The packet as it is, on a clock that starts at 0. */
static enum media_reason packet_copy(struct input *in, struct mp4 *m, AVPacket *packet)
{
    AVStream *s = packet->stream_index == in->video->index ? in->video : in->audio;
    int64_t start = av_rescale_q(in->start_us, AV_TIME_BASE_Q, s->time_base);

    if (packet->pts == AV_NOPTS_VALUE) /* only a decoder can tell */
        return fail_with(MEDIA_NEEDS_ENCODE, "a packet without its time");
    if (packet->dts == AV_NOPTS_VALUE)
        decode_time_guess(in, s, packet);
    packet->dts -= start;
    packet->pts -= start;
    worker_report_progress(av_rescale_q(packet->pts, s->time_base, AV_TIME_BASE_Q),
                           in->duration_us);
    return mp4_write(m, s->codecpar->codec_type, packet, s->time_base);
}

static enum media_reason packets_copy(struct input *in, struct mp4 *m)
{
    AVPacket *packet = av_packet_alloc();
    enum media_reason reason = MEDIA_OK;
    int more = packet ? 1 : AVERROR(ENOMEM);

    while (reason == MEDIA_OK && more > 0 && (more = input_packet(in, packet)) > 0) {
        if (packet->stream_index == in->video->index ||
            (in->audio && packet->stream_index == in->audio->index))
            reason = packet_copy(in, m, packet);
        av_packet_unref(packet);
    }
    av_packet_free(&packet);
    return reason == MEDIA_OK && more < 0 ? fail_av(more, "remux") : reason;
}

static enum media_reason tracks_copy(struct input *in, const char *name)
{
    const int32_t *turn = (const int32_t *)(const void *)av_stream_get_side_data(
        in->video, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    struct mp4 *m = NULL;

    TRY_MEDIA(
        mp4_create(name, in->video->codecpar, in->audio ? in->audio->codecpar : NULL, turn, &m));
    enum media_reason reason = packets_copy(in, m);
    if (reason == MEDIA_OK)
        reason = mp4_commit(m);
    mp4_destroy(m);
    return reason;
}

enum media_reason remux_playable(struct input *in)
{
    const char *obstacle = probe_obstacle(in);

    return obstacle ? fail_with(MEDIA_NEEDS_ENCODE, "%s", obstacle) : tracks_copy(in, "video.mp4");
}

enum media_reason remux_any(struct input *in)
{
    if (is_webm(in))
        return tracks_copy(in, "video.webm");
    TRY_MEDIA(carried_check(in->video));
    TRY_MEDIA(carried_check(in->audio));
    return tracks_copy(in, "video.mp4");
}
