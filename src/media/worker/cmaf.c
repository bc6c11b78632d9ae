/* Writes a fragmented MP4 and the playlist that points into it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cmaf.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavutil/intreadwrite.h>

#include "input.h"
#include "output.h"

enum {
    VIDEO_TIMESCALE = 90000,
    MAX_SEGMENTS = MEDIA_SECONDS_MAX / SEGMENT_SECONDS + 4,
    SUMMARY_BYTES = 512,
    TAIL_MS = 500,
};

struct segment {
    int64_t start; /* in the track's timescale */
    int64_t offset;
};

struct cmaf {
    AVFormatContext *format;
    struct output *file;
    AVPacket *packet;
    char name[OUTPUT_NAME_MAX - 8];
    struct cmaf_summary summary;
    int64_t init_bytes;
    struct segment segments[MAX_SEGMENTS + 1]; /* one more: where the last one ends */
    int count;
    int64_t next_cut;
    int64_t end;                               /* of presentation, as players compute it */
    int64_t last_pts, last_dts, last_duration; /* of the packet before */
};

/* RFC 6381: the three bytes after the SPS header, or AAC-LC. */
static void codecs_name(const AVCodecParameters *p, char *out, size_t size)
{
    const uint8_t *e = p->extradata;

    (void)snprintf(out, size, "mp4a.40.2");
    if (p->codec_type != AVMEDIA_TYPE_VIDEO)
        return;
    for (int i = 0; i + 7 < p->extradata_size; i++)
        if (AV_RB24(e + i) == 1 && (e[i + 3] & 31) == 7) {
            (void)snprintf(out, size, "avc1.%02x%02x%02x", e[i + 4], e[i + 5], e[i + 6]);
            return;
        }
}

static enum media_reason header_write(struct cmaf *c)
{
    AVDictionary *options = NULL;

    c->format->flags |= AVFMT_FLAG_BITEXACT;
    /* With "cmaf" the first sample's decode time moves to its presentation time: no edit list.
     * Shifting the whole track, the default, would delay pictures by the depth of reordering. */
    c->format->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED;
    (void)av_dict_set(&options, "movflags",
                      "+cmaf+frag_custom+frag_discont+empty_moov+skip_trailer", 0);
    (void)av_dict_set_int(&options, "video_track_timescale", VIDEO_TIMESCALE, 0);
    int error = avformat_write_header(c->format, &options);
    av_dict_free(&options);
    if (error < 0)
        return fail_av(error, "cmaf header");
    avio_flush(output_io(c->file));
    c->init_bytes = avio_tell(output_io(c->file));
    return MEDIA_OK;
}

static enum media_reason cmaf_start(struct cmaf *c, const AVCodecParameters *p)
{
    char name[OUTPUT_NAME_MAX];

    (void)snprintf(name, sizeof(name), "%s.mp4", c->name);
    if (avformat_alloc_output_context2(&c->format, NULL, "mp4", NULL) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "cmaf");
    c->packet = av_packet_alloc();
    AVStream *s = avformat_new_stream(c->format, NULL);
    if (!c->packet || !s || avcodec_parameters_copy(s->codecpar, p) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "cmaf");
    s->codecpar->codec_tag = 0;
    s->time_base = p->codec_type == AVMEDIA_TYPE_VIDEO ? (AVRational){1, VIDEO_TIMESCALE}
                                                       : (AVRational){1, p->sample_rate};
    TRY_MEDIA(output_create(name, &c->file));
    output_attach(c->file, c->format);
    return header_write(c);
}

enum media_reason cmaf_create(const char *name, const AVCodecParameters *p, AVRational rate,
                              struct cmaf **out)
{
    struct cmaf *c = calloc(1, sizeof(*c));

    if (!c)
        return fail_with(MEDIA_MEMORY_LIMIT, "cmaf");
    (void)snprintf(c->name, sizeof(c->name), "%s", name);
    c->summary = (struct cmaf_summary){.width = p->width,
                                       .height = p->height,
                                       .fps_num = rate.num,
                                       .fps_den = rate.den,
                                       .channels = p->ch_layout.nb_channels};
    codecs_name(p, c->summary.codecs, sizeof(c->summary.codecs));
    enum media_reason reason = cmaf_start(c, p);
    if (reason != MEDIA_OK)
        cmaf_destroy(c);
    else
        *out = c;
    return reason;
}

/* Ends the running fragment before a packet that starts a new segment. */
static enum media_reason segment_cut(struct cmaf *c, int64_t start)
{
    AVRational timebase = c->format->streams[0]->time_base;
    int64_t step = av_rescale_q(SEGMENT_SECONDS, (AVRational){1, 1}, timebase);

    if (c->count >= MAX_SEGMENTS)
        return fail_with(MEDIA_TOO_LONG, "more than %d segments", MAX_SEGMENTS);
    if (c->count > 0 && av_write_frame(c->format, NULL) < 0)
        return fail_av(output_io(c->file)->error, "cmaf segment");
    avio_flush(output_io(c->file));
    c->segments[c->count++] = (struct segment){start, avio_tell(output_io(c->file))};
    while (c->next_cut <= start)
        c->next_cut += step;
    return MEDIA_OK;
}

/*
 * A fragment gives each sample the distance to the next one in decoding order as its duration, and
 * players add that to its presentation time. A playlist that promises even a few ms more than that
 * leaves them waiting for the rest at the end.
 */
static void end_follow(struct cmaf *c)
{
    if (c->end > 0)
        c->end = FFMAX(c->end, c->last_pts + c->packet->dts - c->last_dts);
    c->end = FFMAX(c->end, 1);
    c->last_pts = c->packet->pts;
    c->last_dts = c->packet->dts;
}

/* The very last sample has no next one, only its own word. */
static void end_finish(struct cmaf *c)
{
    c->end = FFMAX(c->end, c->last_pts + FFMAX(c->last_duration, 1));
}

/* A tail too short to be worth a request becomes part of the segment before it. */
static void tail_merge(struct cmaf *c)
{
    AVRational timebase = c->format->streams[0]->time_base;
    int64_t least = av_rescale_q(TAIL_MS, (AVRational){1, 1000}, timebase);

    if (c->count > 1 && c->end - c->segments[c->count - 1].start < least)
        c->count--;
}

enum media_reason cmaf_write(struct cmaf *c, const AVPacket *packet, AVRational timebase)
{
    if (av_packet_ref(c->packet, packet) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "cmaf");
    c->packet->stream_index = 0;
    c->packet->pos = -1;
    av_packet_rescale_ts(c->packet, timebase, c->format->streams[0]->time_base);
    if (c->count > 0 && c->packet->dts <= c->last_dts) { /* the upload's clock is broken */
        av_packet_unref(c->packet);
        return MEDIA_OK;
    }
    if ((c->packet->flags & AV_PKT_FLAG_KEY) && c->packet->pts >= c->next_cut) {
        enum media_reason reason = segment_cut(c, c->packet->pts);
        if (reason != MEDIA_OK) {
            av_packet_unref(c->packet);
            return reason;
        }
    }
    end_follow(c);
    int error = av_write_frame(c->format, c->packet);
    c->last_duration = c->packet->duration;
    av_packet_unref(c->packet);
    return error < 0 ? fail_av(error, "cmaf write") : MEDIA_OK;
}

static double seconds(const struct cmaf *c, int segment)
{
    return (double)(c->segments[segment + 1].start - c->segments[segment].start) *
           av_q2d(c->format->streams[0]->time_base);
}

static void rates_measure(struct cmaf *c)
{
    double peak = 0, length = 0;
    int64_t bytes = c->segments[c->count].offset - c->init_bytes;

    for (int i = 0; i < c->count; i++) {
        double bits = 8.0 * (double)(c->segments[i + 1].offset - c->segments[i].offset);

        length += seconds(c, i);
        if (seconds(c, i) >= SEGMENT_SECONDS / 2.0 || c->count == 1) /* not a short tail */
            peak = fmax(peak, bits / seconds(c, i));
    }
    c->summary.average = (int)(8.0 * (double)bytes / length);
    c->summary.peak = FFMAX((int)peak, c->summary.average);
}

static void playlist_print(AVIOContext *io, const struct cmaf *c)
{
    const struct cmaf_summary *s = &c->summary;
    double longest = 0;

    for (int i = 0; i < c->count; i++)
        longest = fmax(longest, seconds(c, i));
    avio_printf(io, "#EXTM3U\n#EXT-X-VERSION:7\n## track %lld %d %d %d %d %d %d %d %s\n",
                (long long)c->segments[c->count].offset, s->peak, s->average, s->width, s->height,
                s->fps_num, s->fps_den, s->channels, s->codecs);
    avio_printf(io, "#EXT-X-TARGETDURATION:%d\n#EXT-X-PLAYLIST-TYPE:VOD\n",
                FFMAX(1, (int)(longest + 0.5)));
    avio_printf(io, "#EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"%s.mp4\",BYTERANGE=\"%d@0\"\n",
                c->name, (int)c->init_bytes);
    for (int i = 0; i < c->count; i++) {
        avio_printf(io, "#EXTINF:%.6f,\n#EXT-X-BYTERANGE:%lld@%lld\n%s.mp4\n", seconds(c, i),
                    (long long)(c->segments[i + 1].offset - c->segments[i].offset),
                    (long long)c->segments[i].offset, c->name);
    }
    avio_printf(io, "#EXT-X-ENDLIST\n");
}

enum media_reason cmaf_commit(struct cmaf *c)
{
    struct output *playlist;
    char name[OUTPUT_NAME_MAX];
    int error = av_write_trailer(c->format);

    if (error < 0)
        return fail_av(error, "cmaf end");
    if (c->count == 0)
        return fail_with(MEDIA_CORRUPT, "track %s is empty", c->name);
    avio_flush(output_io(c->file));
    end_finish(c);
    tail_merge(c);
    c->segments[c->count] = (struct segment){c->end, avio_tell(output_io(c->file))};
    TRY_MEDIA(output_commit(c->file));
    rates_measure(c);
    (void)snprintf(name, sizeof(name), "%s.m3u8", c->name);
    TRY_MEDIA(output_create(name, &playlist));
    playlist_print(output_io(playlist), c);
    enum media_reason reason = output_commit(playlist);
    output_destroy(playlist);
    return reason;
}

void cmaf_destroy(struct cmaf *c)
{
    if (!c)
        return;
    avformat_free_context(c->format);
    output_destroy(c->file);
    av_packet_free(&c->packet);
    free(c);
}

int cmaf_summary(const char *name, struct cmaf_summary *out)
{
    char text[SUMMARY_BYTES], playlist[OUTPUT_NAME_MAX], track[OUTPUT_NAME_MAX];

    (void)snprintf(playlist, sizeof(playlist), "%s.m3u8", name);
    (void)snprintf(track, sizeof(track), "%s.mp4", name);
    if (output_read(playlist, text, sizeof(text)) < 0)
        return 0;
    char *at = strstr(text, "## track ");
    int *const numbers[] = {&out->peak,    &out->average, &out->width,   &out->height,
                            &out->fps_num, &out->fps_den, &out->channels};

    if (!at)
        return 0;
    at += strlen("## track ");
    int64_t bytes = strtoll(at, &at, 10);

    for (size_t i = 0; i < COUNT(numbers); i++)
        *numbers[i] = (int)strtol(at, &at, 10);
    at += strspn(at, " ");
    (void)snprintf(out->codecs, sizeof(out->codecs), "%.*s", (int)strcspn(at, "\n"), at);
    return out->average > 0 && output_size(track) == bytes;
}
