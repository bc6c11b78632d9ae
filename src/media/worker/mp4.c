/* Muxes packets into a faststart MP4, or a WebM, without any metadata. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mp4.h"

#include <stdlib.h>
#include <string.h>

#include "output.h"

enum {
    VIDEO_TIMESCALE = 90000,
    MATRIX_BYTES = 9 * sizeof(int32_t),
};

struct mp4 {
    AVFormatContext *format;
    struct output *file;
    AVPacket *packet;
    int64_t last_dts[2];
    int has_audio;
};

static enum media_reason track_add(struct mp4 *m, const AVCodecParameters *p)
{
    AVStream *s = avformat_new_stream(m->format, NULL);

    if (!s || avcodec_parameters_copy(s->codecpar, p) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "mp4");
    /* The muxer's own choice is hev1, which Apple's players refuse. */
    s->codecpar->codec_tag = p->codec_id == AV_CODEC_ID_HEVC ? MKTAG('h', 'v', 'c', '1') : 0;
    s->time_base = p->codec_type == AVMEDIA_TYPE_VIDEO ? (AVRational){1, VIDEO_TIMESCALE}
                                                       : (AVRational){1, p->sample_rate};
    m->last_dts[s->index] = AV_NOPTS_VALUE;
    return MEDIA_OK;
}

static enum media_reason turn_add(AVStream *video, const int32_t *turn)
{
    uint8_t *matrix =
        turn ? av_stream_new_side_data(video, AV_PKT_DATA_DISPLAYMATRIX, MATRIX_BYTES) : NULL;

    if (turn && !matrix)
        return fail_with(MEDIA_MEMORY_LIMIT, "mp4");
    if (turn)
        memcpy(matrix, turn, MATRIX_BYTES);
    return MEDIA_OK;
}

static enum media_reason header_write(struct mp4 *m)
{
    AVDictionary *options = NULL;

    m->format->flags |= AVFMT_FLAG_BITEXACT; /* no library version in the file */
    /* Each muxer knows its own and leaves the others alone. */
    (void)av_dict_set(&options, "movflags", "+faststart", 0);
    (void)av_dict_set(&options, "cues_to_front", "1", 0);
    (void)av_dict_set_int(&options, "video_track_timescale", VIDEO_TIMESCALE, 0);
    int error = avformat_write_header(m->format, &options);
    av_dict_free(&options);
    return error < 0 ? fail_av(error, "mp4 header") : MEDIA_OK;
}

static enum media_reason mp4_start(struct mp4 *m, const char *name, const AVCodecParameters *video,
                                   const AVCodecParameters *audio, const int32_t *turn)
{
    if (avformat_alloc_output_context2(&m->format, NULL, NULL, name) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "mp4");
    m->packet = av_packet_alloc();
    TRY_MEDIA(output_create(name, &m->file));
    output_attach(m->file, m->format);
    TRY_MEDIA(track_add(m, video));
    TRY_MEDIA(turn_add(m->format->streams[0], turn));
    if (audio)
        TRY_MEDIA(track_add(m, audio));
    m->has_audio = audio != NULL;
    return header_write(m);
}

enum media_reason mp4_create(const char *name, const AVCodecParameters *video,
                             const AVCodecParameters *audio, const int32_t *turn, struct mp4 **out)
{
    struct mp4 *m = calloc(1, sizeof(*m));
    enum media_reason reason =
        m ? mp4_start(m, name, video, audio, turn) : fail_with(MEDIA_MEMORY_LIMIT, "mp4");

    if (reason != MEDIA_OK)
        mp4_destroy(m);
    else
        *out = m;
    return reason;
}

enum media_reason mp4_write(struct mp4 *m, enum AVMediaType track, const AVPacket *packet,
                            AVRational timebase)
{
    int index = track == AVMEDIA_TYPE_AUDIO;

    if (index && !m->has_audio)
        return MEDIA_OK;
    if (!m->packet || av_packet_ref(m->packet, packet) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "mp4");
    m->packet->stream_index = index;
    m->packet->pos = -1;
    av_packet_rescale_ts(m->packet, timebase, m->format->streams[index]->time_base);
    if (m->packet->dts != AV_NOPTS_VALUE && m->packet->dts <= m->last_dts[index])
        m->packet->dts = m->last_dts[index] + 1; /* broken clocks must not stop a remux */
    m->packet->pts = FFMAX(m->packet->pts, m->packet->dts);
    m->last_dts[index] = m->packet->dts;
    int error = av_interleaved_write_frame(m->format, m->packet);
    return error < 0 ? fail_av(error, "mp4 write") : MEDIA_OK;
}

enum media_reason mp4_commit(struct mp4 *m)
{
    int error = av_write_trailer(m->format);

    return error < 0 ? fail_av(error, "mp4 end") : output_commit(m->file);
}

void mp4_destroy(struct mp4 *m)
{
    if (!m)
        return;
    avformat_free_context(m->format);
    output_destroy(m->file);
    av_packet_free(&m->packet);
    free(m);
}
