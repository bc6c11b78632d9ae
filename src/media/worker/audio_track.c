/* Copies AAC that is fine, encodes everything else, fills gaps with silence. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audio_track.h"

#include <stdlib.h>

#include <libavutil/audio_fifo.h>
#include <libavutil/opt.h>
#include <libswresample/swresample.h>

enum {
    BITS_PER_CHANNEL = 64 * 1000,
    GAP_PER_SECOND = 10, /* gaps and overlaps under 1/10 s are left alone */
};

struct audio_track {
    struct input *in; /* borrowed */
    struct audio_track_sink sink;
    AVCodecParameters *parameters;
    /* encoding only: */
    AVCodecContext *decoder;
    AVCodecContext *encoder;
    SwrContext *resampler;
    AVAudioFifo *fifo;
    AVFrame *decoded;
    AVFrame *resampled;
    AVFrame *chunk;
    AVPacket *packet;
    int64_t sent; /* samples given to the encoder */
    int from_rate, from_format, from_channels;
};

static int is_aac(const AVCodecParameters *p)
{
    return p->codec_id == AV_CODEC_ID_AAC && p->profile == FF_PROFILE_AAC_LOW &&
           p->extradata_size >= 2 && p->ch_layout.nb_channels >= 1 &&
           p->ch_layout.nb_channels <= 2 && (p->sample_rate == 44100 || p->sample_rate == 48000);
}

static enum media_reason encoder_open(struct audio_track *a)
{
    const AVCodec *codec = avcodec_find_encoder(AV_CODEC_ID_AAC);
    const AVCodecParameters *from = a->in->audio->codecpar;
    AVCodecContext *e = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!e)
        return fail_with(MEDIA_MEMORY_LIMIT, "audio encoder");
    a->encoder = e;
    av_channel_layout_default(&e->ch_layout, from->ch_layout.nb_channels == 1 ? 1 : 2);
    e->sample_rate = from->sample_rate == 44100 ? 44100 : 48000;
    e->sample_fmt = AV_SAMPLE_FMT_FLTP;
    e->bit_rate = (int64_t)BITS_PER_CHANNEL * e->ch_layout.nb_channels;
    e->time_base = (AVRational){1, e->sample_rate};
    e->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    int error = avcodec_open2(e, codec, NULL);
    if (error < 0)
        return fail_av(error, "audio encoder");
    return avcodec_parameters_from_context(a->parameters, e) < 0
               ? fail_with(MEDIA_MEMORY_LIMIT, "audio encoder")
               : MEDIA_OK;
}

static enum media_reason encoding_start(struct audio_track *a)
{
    TRY_MEDIA(input_decoder(a->in->audio, 1, &a->decoder));
    TRY_MEDIA(encoder_open(a));
    a->fifo = av_audio_fifo_alloc(AV_SAMPLE_FMT_FLTP, a->encoder->ch_layout.nb_channels,
                                  a->encoder->frame_size);
    a->decoded = av_frame_alloc();
    a->resampled = av_frame_alloc();
    a->chunk = av_frame_alloc();
    a->packet = av_packet_alloc();
    if (!a->fifo || !a->decoded || !a->resampled || !a->chunk || !a->packet)
        return fail_with(MEDIA_MEMORY_LIMIT, "audio");
    return MEDIA_OK;
}

/* Players jump over a hole at the start: sound that comes late is encoded, with silence before it.
 */
static int starts_late(const struct input *in)
{
    const AVStream *s = in->audio;
    int64_t start = s->start_time == AV_NOPTS_VALUE
                        ? 0
                        : av_rescale_q(s->start_time, s->time_base, AV_TIME_BASE_Q);

    return start - in->start_us > AV_TIME_BASE / GAP_PER_SECOND;
}

enum media_reason audio_track_create(struct input *in, struct audio_track_sink sink,
                                     struct audio_track **out)
{
    struct audio_track *a = calloc(1, sizeof(*a));
    enum media_reason reason = MEDIA_OK;

    if (!a || !(a->parameters = avcodec_parameters_alloc())) {
        audio_track_destroy(a);
        return fail_with(MEDIA_MEMORY_LIMIT, "audio");
    }
    a->in = in;
    a->sink = sink;
    if (!is_aac(in->audio->codecpar) || starts_late(in))
        reason = encoding_start(a);
    else if (avcodec_parameters_copy(a->parameters, in->audio->codecpar) < 0)
        reason = fail_with(MEDIA_MEMORY_LIMIT, "audio");
    if (reason != MEDIA_OK)
        audio_track_destroy(a);
    else
        *out = a;
    return reason;
}

void audio_track_destroy(struct audio_track *a)
{
    if (!a)
        return;
    avcodec_parameters_free(&a->parameters);
    avcodec_free_context(&a->decoder);
    avcodec_free_context(&a->encoder);
    swr_free(&a->resampler);
    if (a->fifo)
        av_audio_fifo_free(a->fifo);
    av_frame_free(&a->decoded);
    av_frame_free(&a->resampled);
    av_frame_free(&a->chunk);
    av_packet_free(&a->packet);
    free(a);
}

const AVCodecParameters *audio_track_parameters(const struct audio_track *a)
{
    return a->parameters;
}

static enum media_reason packets_deliver(struct audio_track *a)
{
    int error;

    while ((error = avcodec_receive_packet(a->encoder, a->packet)) >= 0) {
        enum media_reason reason = a->sink.packet(a->sink.self, a->packet, a->encoder->time_base);

        av_packet_unref(a->packet);
        TRY_MEDIA(reason);
    }
    return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? MEDIA_OK
                                                            : fail_av(error, "audio encode");
}

/* Encodes what the queue holds in whole frames; at the end also the rest. */
static enum media_reason fifo_encode(struct audio_track *a, int ending)
{
    int want = a->encoder->frame_size, have;

    while ((have = av_audio_fifo_size(a->fifo)) >= want || (ending && have > 0)) {
        AVFrame *f = a->chunk;

        f->nb_samples = FFMIN(have, want);
        f->format = AV_SAMPLE_FMT_FLTP;
        f->sample_rate = a->encoder->sample_rate;
        f->pts = a->sent;
        if (av_channel_layout_copy(&f->ch_layout, &a->encoder->ch_layout) < 0 ||
            av_frame_get_buffer(f, 0) < 0 ||
            av_audio_fifo_read(a->fifo, (void **)f->data, f->nb_samples) < 0)
            return fail_with(MEDIA_MEMORY_LIMIT, "audio");
        a->sent += f->nb_samples;
        int error = avcodec_send_frame(a->encoder, f);
        av_frame_unref(f);
        if (error < 0)
            return fail_av(error, "audio encode");
        TRY_MEDIA(packets_deliver(a));
    }
    return MEDIA_OK;
}

/* The format of the input may change in the middle. */
static enum media_reason resampler_prepare(struct audio_track *a, AVFrame *f)
{
    if (a->resampler && a->from_rate == f->sample_rate && a->from_format == f->format &&
        a->from_channels == f->ch_layout.nb_channels)
        return MEDIA_OK;
    swr_free(&a->resampler);
    int error = swr_alloc_set_opts2(&a->resampler, &a->encoder->ch_layout, AV_SAMPLE_FMT_FLTP,
                                    a->encoder->sample_rate, &f->ch_layout, f->format,
                                    f->sample_rate, 0, NULL);
    if (error >= 0)
        error = swr_init(a->resampler);
    a->from_rate = f->sample_rate;
    a->from_format = f->format;
    a->from_channels = f->ch_layout.nb_channels;
    return error < 0 ? fail_av(error, "resample") : MEDIA_OK;
}

static enum media_reason silence_add(struct audio_track *a, int64_t samples)
{
    int64_t limit = (int64_t)MEDIA_SECONDS_MAX * a->encoder->sample_rate;

    if (samples + a->sent > limit)
        return fail_with(MEDIA_TOO_LONG, "sound longer than %d s", MEDIA_SECONDS_MAX);
    while (samples > 0) {
        AVFrame *f = a->chunk;

        f->nb_samples = (int)FFMIN(samples, a->encoder->frame_size);
        f->format = AV_SAMPLE_FMT_FLTP;
        if (av_channel_layout_copy(&f->ch_layout, &a->encoder->ch_layout) < 0 ||
            av_frame_get_buffer(f, 0) < 0)
            return fail_with(MEDIA_MEMORY_LIMIT, "audio");
        av_samples_set_silence(f->data, 0, f->nb_samples, f->ch_layout.nb_channels, f->format);
        int written = av_audio_fifo_write(a->fifo, (void **)f->data, f->nb_samples);
        samples -= f->nb_samples;
        av_frame_unref(f);
        if (written < 0)
            return fail_with(MEDIA_MEMORY_LIMIT, "audio");
        TRY_MEDIA(fifo_encode(a, 0));
    }
    return MEDIA_OK;
}

/* Samples by which the frame is later (positive) than what we have so far. */
static int64_t lateness(const struct audio_track *a, const AVFrame *f)
{
    AVRational to = a->encoder->time_base;

    if (f->pts == AV_NOPTS_VALUE)
        return 0;
    return av_rescale_q(f->pts, a->in->audio->time_base, to) -
           av_rescale_q(a->in->start_us, AV_TIME_BASE_Q, to) - a->sent -
           av_audio_fifo_size(a->fifo);
}

static enum media_reason frame_queue(struct audio_track *a)
{
    int64_t late = lateness(a, a->decoded), slack = a->encoder->sample_rate / GAP_PER_SECOND;

    if (late < -slack)
        return MEDIA_OK; /* overlaps what was already heard */
    if (late > slack || (late > 0 && a->sent == 0 && av_audio_fifo_size(a->fifo) == 0))
        TRY_MEDIA(silence_add(a, late));
    TRY_MEDIA(resampler_prepare(a, a->decoded));
    av_frame_unref(a->resampled);
    a->resampled->format = AV_SAMPLE_FMT_FLTP;
    a->resampled->sample_rate = a->encoder->sample_rate;
    if (av_channel_layout_copy(&a->resampled->ch_layout, &a->encoder->ch_layout) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "audio");
    int error = swr_convert_frame(a->resampler, a->resampled, a->decoded);
    if (error < 0)
        return fail_av(error, "resample");
    if (a->resampled->nb_samples > 0 &&
        av_audio_fifo_write(a->fifo, (void **)a->resampled->data, a->resampled->nb_samples) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "audio");
    return fifo_encode(a, 0);
}

static enum media_reason packet_copy(struct audio_track *a, AVPacket *packet)
{
    AVRational timebase = a->in->audio->time_base;
    int64_t start = av_rescale_q(a->in->start_us, AV_TIME_BASE_Q, timebase);

    if (packet->pts == AV_NOPTS_VALUE)
        return MEDIA_OK;
    packet->pts -= start;
    packet->dts = packet->pts;
    return a->sink.packet(a->sink.self, packet, timebase);
}

enum media_reason audio_track_packet(struct audio_track *a, AVPacket *packet)
{
    if (!a->encoder)
        return packet ? packet_copy(a, packet) : MEDIA_OK;
    (void)avcodec_send_packet(a->decoder, packet); /* damage becomes a gap */
    while (avcodec_receive_frame(a->decoder, a->decoded) >= 0) {
        enum media_reason reason = frame_queue(a);

        av_frame_unref(a->decoded);
        TRY_MEDIA(reason);
    }
    if (packet)
        return MEDIA_OK;
    TRY_MEDIA(fifo_encode(a, 1));
    (void)avcodec_send_frame(a->encoder, NULL);
    return packets_deliver(a);
}
