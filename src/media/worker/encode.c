/* Decodes once, scales for every rung, encodes all of them side by side. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "encode.h"

#include <stdlib.h>

#include "audio_track.h"
#include "cmaf.h"
#include "ladder.h"
#include "mp4.h"
#include "picture.h"
#include "scaler.h"
#include "video_encoder.h"
#include "worker_report.h"

enum {
    MIN_INTERVAL = VIDEO_CLOCK / 72, /* frames closer than this are dropped: 60 fps and jitter */
    KEY_INTERVAL = SEGMENT_SECONDS * VIDEO_CLOCK,
};

/* One encoder and where its packets go. */
struct lane {
    struct rung rung;
    struct scaler *scaler;
    AVCodecContext *encoder;
    struct cmaf *track;      /* NULL: already complete, or no track of ours */
    struct mp4 *progressive; /* borrowed; NULL: no */
};

struct pipeline {
    struct input *in; /* borrowed */
    AVCodecContext *decoder;
    struct lane lanes[LADDER_MAX];
    int lane_count;
    struct scaler *upright; /* from the decoder to the size of the best rung */
    struct audio_track *audio;
    struct cmaf *audio_track;
    struct mp4 *progressive;
    AVPacket *packet;
    AVPacket *encoded;
    AVFrame *decoded;
    AVFrame *frame;
    int64_t last; /* time of the latest frame kept, -1 before any */
    int64_t next_key;
    int64_t damaged;
    AVCodecParameters *video_parameters;
};

static enum media_reason audio_deliver(void *self, const AVPacket *packet, AVRational timebase)
{
    struct pipeline *p = self;

    /* HLS has no edit list to hide priming; the progressive file has one. */
    if (p->audio_track && packet->pts >= 0)
        TRY_MEDIA(cmaf_write(p->audio_track, packet, timebase));
    return p->progressive ? mp4_write(p->progressive, AVMEDIA_TYPE_AUDIO, packet, timebase)
                          : MEDIA_OK;
}

static enum media_reason lane_open(struct pipeline *p, struct lane *l, const struct rung *rung,
                                   int threads)
{
    struct cmaf_summary ready;
    AVCodecParameters *parameters = avcodec_parameters_alloc();
    enum media_reason reason = parameters ? MEDIA_OK : fail_with(MEDIA_MEMORY_LIMIT, "rung");

    l->rung = *rung;
    if (reason == MEDIA_OK)
        reason = video_encoder_open(p->in, rung, threads, &l->encoder);
    if (reason == MEDIA_OK)
        reason = scaler_create(rung->size, (struct turn){0}, &l->scaler);
    if (reason == MEDIA_OK && avcodec_parameters_from_context(parameters, l->encoder) < 0)
        reason = fail_with(MEDIA_MEMORY_LIMIT, "rung");
    if (reason == MEDIA_OK && !cmaf_summary(rung->name, &ready))
        reason = cmaf_create(rung->name, parameters, l->encoder->framerate, &l->track);
    if (reason == MEDIA_OK && !p->video_parameters)
        p->video_parameters = parameters;
    else
        avcodec_parameters_free(&parameters);
    return reason;
}

/* Only what is missing; the best rung also when the progressive file is. */
static enum media_reason lanes_open(struct pipeline *p, const struct encode_job *job)
{
    struct rung rungs[LADDER_MAX];
    struct cmaf_summary ready;
    struct size shown = picture_shown(p->in->video);
    int count = ladder_plan(shown, rungs);

    TRY_MEDIA(scaler_create(rungs[0].size, picture_turn(p->in->video), &p->upright));
    for (int i = 0; i < count; i++) {
        if (cmaf_summary(rungs[i].name, &ready) && !(i == 0 && job->progressive))
            continue;
        TRY_MEDIA(lane_open(p, &p->lanes[p->lane_count++], &rungs[i], job->threads));
    }
    return MEDIA_OK;
}

static enum media_reason audio_open(struct pipeline *p)
{
    struct cmaf_summary ready;

    if (!p->in->audio)
        return MEDIA_OK;
    TRY_MEDIA(audio_track_create(p->in, (struct audio_track_sink){audio_deliver, p}, &p->audio));
    if (cmaf_summary("audio", &ready))
        return MEDIA_OK;
    return cmaf_create("audio", audio_track_parameters(p->audio), (AVRational){0, 1},
                       &p->audio_track);
}

static enum media_reason progressive_open(struct pipeline *p)
{
    TRY_MEDIA(mp4_create("video.mp4", p->video_parameters,
                         p->audio ? audio_track_parameters(p->audio) : NULL, NULL,
                         &p->progressive));
    p->lanes[0].progressive = p->progressive;
    return MEDIA_OK;
}

static enum media_reason pipeline_open(struct pipeline *p, struct input *in,
                                       const struct encode_job *job)
{
    p->in = in;
    p->last = -1;
    p->packet = av_packet_alloc();
    p->encoded = av_packet_alloc();
    p->decoded = av_frame_alloc();
    p->frame = av_frame_alloc();
    if (!p->packet || !p->encoded || !p->decoded || !p->frame)
        return fail_with(MEDIA_MEMORY_LIMIT, "encode");
    TRY_MEDIA(input_decoder(in->video, job->threads, &p->decoder));
    TRY_MEDIA(lanes_open(p, job));
    TRY_MEDIA(audio_open(p));
    return job->progressive ? progressive_open(p) : MEDIA_OK;
}

static void pipeline_close(struct pipeline *p)
{
    for (int i = 0; i < p->lane_count; i++) {
        avcodec_free_context(&p->lanes[i].encoder);
        scaler_destroy(p->lanes[i].scaler);
        cmaf_destroy(p->lanes[i].track);
    }
    scaler_destroy(p->upright);
    audio_track_destroy(p->audio);
    cmaf_destroy(p->audio_track);
    mp4_destroy(p->progressive);
    avcodec_parameters_free(&p->video_parameters);
    avcodec_free_context(&p->decoder);
    av_packet_free(&p->packet);
    av_packet_free(&p->encoded);
    av_frame_free(&p->decoded);
    av_frame_free(&p->frame);
}

static enum media_reason packet_deliver(struct pipeline *p, struct lane *l)
{
    AVRational clock = l->encoder->time_base;

    if (p->encoded->duration <= 0)
        p->encoded->duration = av_rescale_q(1, av_inv_q(l->encoder->framerate), clock);
    if (l->track)
        TRY_MEDIA(cmaf_write(l->track, p->encoded, clock));
    return l->progressive ? mp4_write(l->progressive, AVMEDIA_TYPE_VIDEO, p->encoded, clock)
                          : MEDIA_OK;
}

/* A NULL frame drains the encoder. */
static enum media_reason lane_encode(struct pipeline *p, struct lane *l, const AVFrame *frame)
{
    int error = avcodec_send_frame(l->encoder, frame);

    if (error < 0)
        return fail_av(error, "encode");
    while ((error = avcodec_receive_packet(l->encoder, p->encoded)) >= 0) {
        enum media_reason reason = packet_deliver(p, l);

        av_packet_unref(p->encoded);
        TRY_MEDIA(reason);
    }
    return error == AVERROR(EAGAIN) || error == AVERROR_EOF ? MEDIA_OK : fail_av(error, "encode");
}

/* The picture alone: no captions, no metadata, no flags of the old stream. */
static enum media_reason frame_dress(struct pipeline *p, const AVFrame *picture, int64_t time,
                                     int key)
{
    AVFrame *f = p->frame;

    av_frame_unref(f);
    if (av_frame_ref(f, picture) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "encode");
    while (f->nb_side_data > 0)
        av_frame_remove_side_data(f, f->side_data[0]->type);
    f->pts = time;
    f->pict_type = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    f->interlaced_frame = 0;
    f->sample_aspect_ratio = (AVRational){1, 1};
    return MEDIA_OK;
}

static enum media_reason lane_frame(struct pipeline *p, struct lane *l, const AVFrame *best,
                                    int64_t time, int key)
{
    const AVFrame *picture;

    TRY_MEDIA(scaler_run(l->scaler, best, &picture));
    TRY_MEDIA(frame_dress(p, picture, time, key));
    return lane_encode(p, l, p->frame);
}

static enum media_reason frame_encode(struct pipeline *p, int64_t time)
{
    const AVFrame *best;
    int key = time >= p->next_key;

    TRY_MEDIA(scaler_run(p->upright, p->decoded, &best));
    for (int i = 0; i < p->lane_count; i++)
        TRY_MEDIA(lane_frame(p, &p->lanes[i], best, time, key));
    while (p->next_key <= time)
        p->next_key += KEY_INTERVAL;
    return MEDIA_OK;
}

/* Time of a frame on the output's clock; the first one starts at 0, so no player waits for it. */
static int64_t frame_time(const struct pipeline *p)
{
    AVRational clock = {1, VIDEO_CLOCK};
    int64_t pts = p->decoded->best_effort_timestamp;

    if (p->last < 0)
        return 0;
    if (pts == AV_NOPTS_VALUE)
        return p->last + VIDEO_CLOCK / 30;
    return av_rescale_q(pts, p->in->video->time_base, clock) -
           av_rescale_q(p->in->start_us, AV_TIME_BASE_Q, clock);
}

static enum media_reason frame_take(struct pipeline *p)
{
    int64_t time = frame_time(p);

    if (p->last >= 0 && time - p->last < MIN_INTERVAL)
        return MEDIA_OK;
    if (time > (int64_t)MEDIA_SECONDS_MAX * VIDEO_CLOCK)
        return fail_with(MEDIA_TOO_LONG, "longer than %d s", MEDIA_SECONDS_MAX);
    TRY_MEDIA(frame_encode(p, time));
    p->last = time;
    worker_report_progress(av_rescale(time, AV_TIME_BASE, VIDEO_CLOCK), p->in->duration_us);
    return MEDIA_OK;
}

static enum media_reason video_packet(struct pipeline *p, const AVPacket *packet)
{
    int sent = avcodec_send_packet(p->decoder, packet);

    if (sent == AVERROR(ENOMEM))
        return fail_av(sent, "decode");
    p->damaged += sent < 0;
    for (int error; (error = avcodec_receive_frame(p->decoder, p->decoded)) != AVERROR(EAGAIN);) {
        if (error < 0)
            return error == AVERROR_EOF || packet ? MEDIA_OK : fail_av(error, "decode");
        enum media_reason reason = frame_take(p);
        av_frame_unref(p->decoded);
        TRY_MEDIA(reason);
    }
    return MEDIA_OK;
}

static enum media_reason packet_route(struct pipeline *p)
{
    if (p->packet->stream_index == p->in->video->index)
        return video_packet(p, p->packet);
    if (p->audio && p->packet->stream_index == p->in->audio->index)
        return audio_track_packet(p->audio, p->packet);
    return MEDIA_OK;
}

static enum media_reason pump(struct pipeline *p)
{
    int more;

    while ((more = input_packet(p->in, p->packet)) > 0) {
        enum media_reason reason = packet_route(p);

        av_packet_unref(p->packet);
        TRY_MEDIA(reason);
    }
    return more < 0 ? fail_av(more, "encode") : MEDIA_OK;
}

static enum media_reason drain(struct pipeline *p)
{
    TRY_MEDIA(video_packet(p, NULL));
    if (p->last < 0)
        return fail_with(MEDIA_CORRUPT, "no picture could be decoded");
    for (int i = 0; i < p->lane_count; i++)
        TRY_MEDIA(lane_encode(p, &p->lanes[i], NULL));
    return p->audio ? audio_track_packet(p->audio, NULL) : MEDIA_OK;
}

static enum media_reason tracks_commit(struct pipeline *p)
{
    for (int i = 0; i < p->lane_count; i++)
        if (p->lanes[i].track)
            TRY_MEDIA(cmaf_commit(p->lanes[i].track));
    if (p->audio_track)
        TRY_MEDIA(cmaf_commit(p->audio_track));
    if (p->progressive)
        TRY_MEDIA(mp4_commit(p->progressive));
    worker_report_int("damaged", p->damaged);
    return ladder_master(picture_shown(p->in->video));
}

enum media_reason encode_run(struct input *in, const struct encode_job *job)
{
    struct pipeline p = {0};
    enum media_reason reason = pipeline_open(&p, in, job);

    if (reason == MEDIA_OK)
        reason = pump(&p);
    if (reason == MEDIA_OK)
        reason = drain(&p);
    if (reason == MEDIA_OK)
        reason = tracks_commit(&p);
    pipeline_close(&p);
    return reason;
}
