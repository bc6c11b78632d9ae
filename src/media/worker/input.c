/* Opens an upload with a libavformat that can reach nothing but its bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "input.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/opt.h>

enum {
    INPUT_MAX_STREAMS = 16,
    IO_BUFFER = 64 * 1024,
    HEAD = 16,
    DEMUXER_MAX_STREAMS = 64, /* above our own limit, so that we can tell why */
};

/* Decoders by name, because one codec id has several. Anything else stays out of reach. */
static const char decoders[] = "h264,hevc,vp8,vp9,libdav1d,mpeg4,"
                               "aac,mp3float,opus,vorbis,pcm_s16le,pcm_s16be";

volatile sig_atomic_t input_cancelled;

static bool is_mp4(const uint8_t *head)
{
    static const char boxes[][5] = {"ftyp", "moov", "mdat", "wide", "free", "skip"};

    for (size_t i = 0; i < COUNT(boxes); i++)
        if (memcmp(head + 4, boxes[i], 4) == 0)
            return true;
    return false;
}

static bool is_matroska(const uint8_t *head)
{
    return memcmp(head, "\x1a\x45\xdf\xa3", 4) == 0;
}

/* We decide the demuxer; libavformat never guesses, so a playlist is just not a video. */
static const struct container {
    const char *name;
    const char *demuxer;
    bool (*matches)(const uint8_t *head);
    bool duration_is_end; /* counts from 0, not from the first sample */
} containers[] = {
    {"mp4", "mov", is_mp4, false},
    {"matroska", "matroska", is_matroska, true},
};

static const struct container *recognise(int fd)
{
    uint8_t head[HEAD] = {0};

    if (pread(fd, head, sizeof(head), 0) < (ssize_t)sizeof(head))
        return NULL;
    for (size_t i = 0; i < COUNT(containers); i++)
        if (containers[i].matches(head))
            return &containers[i];
    return NULL;
}

static int io_read(void *opaque, uint8_t *buf, int len)
{
    struct input *in = opaque;
    ssize_t got = pread(in->fd, buf, (size_t)len, in->position);

    if (input_cancelled)
        return AVERROR_EXIT;
    if (got < 0)
        return AVERROR(errno);
    if (got == 0)
        return AVERROR_EOF;
    in->position += got;
    return (int)got;
}

static int64_t io_seek(void *opaque, int64_t offset, int whence)
{
    struct input *in = opaque;

    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE:
        return in->size;
    case SEEK_CUR:
        offset += in->position;
        break;
    case SEEK_END:
        offset += in->size;
        break;
    default:
        break;
    }
    if (offset < 0)
        return AVERROR(EINVAL);
    return in->position = offset;
}

/* References to other files (dref, playlists, attachments) end here. */
static int io_refuse(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                     AVDictionary **options)
{
    (void)format, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EACCES);
}

static int cancelled(void *unused)
{
    (void)unused;
    return input_cancelled;
}

static enum media_reason format_new(struct input *in)
{
    uint8_t *buffer = av_malloc(IO_BUFFER);

    in->format = avformat_alloc_context();
    in->io = buffer ? avio_alloc_context(buffer, IO_BUFFER, 0, in, io_read, NULL, io_seek) : NULL;
    if (!in->format || !in->io)
        return fail_with(MEDIA_MEMORY_LIMIT, "open");
    in->format->pb = in->io;
    in->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    in->format->io_open = io_refuse;
    in->format->interrupt_callback = (AVIOInterruptCB){cancelled, NULL};
    in->format->probesize = INPUT_PROBE_BYTES;
    in->format->max_analyze_duration = (int64_t)INPUT_PROBE_SECONDS * AV_TIME_BASE;
    in->format->max_streams = DEMUXER_MAX_STREAMS;
    in->format->format_whitelist = av_strdup("mov,mp4,m4a,3gp,3g2,mj2,matroska,webm");
    in->format->codec_whitelist = av_strdup(decoders);
    in->format->protocol_whitelist = av_strdup("none");
    return MEDIA_OK;
}

static enum media_reason demuxer_open(struct input *in, const struct container *c)
{
    int error = avformat_open_input(&in->format, NULL, av_find_input_format(c->demuxer), NULL);

    if (error == AVERROR(ENOMEM)) /* more tracks or samples than any real file has */
        return fail_with(MEDIA_CORRUPT, "the index is too large");
    if (error < 0)
        return fail_av(error, "open");
    if (in->format->nb_streams > INPUT_MAX_STREAMS)
        return fail_with(MEDIA_TOO_MANY_STREAMS, "more than %d tracks", INPUT_MAX_STREAMS);
    return MEDIA_OK;
}

/* The decoder we allow for a codec id. */
static const AVCodec *decoder_of(enum AVCodecID id)
{
    const AVCodec *codec = avcodec_find_decoder(id);
    size_t len = codec ? strlen(codec->name) : 0;

    for (const char *p = codec ? strstr(decoders, codec->name) : NULL; p;
         p = strstr(p + 1, codec->name))
        if ((p == decoders || p[-1] == ',') && (p[len] == ',' || p[len] == '\0'))
            return codec;
    return NULL;
}

/* The first track of a kind that we can decode; *seen names one that we cannot. */
static AVStream *track(const struct input *in, enum AVMediaType type, const char **seen)
{
    for (unsigned i = 0; i < in->format->nb_streams; i++) {
        AVStream *s = in->format->streams[i];

        if (s->codecpar->codec_type != type || (s->disposition & AV_DISPOSITION_ATTACHED_PIC))
            continue;
        if (decoder_of(s->codecpar->codec_id))
            return s;
        *seen = avcodec_get_name(s->codecpar->codec_id);
    }
    return NULL;
}

static enum media_reason tracks_choose(struct input *in)
{
    const char *video = NULL, *audio = NULL;

    in->video = track(in, AVMEDIA_TYPE_VIDEO, &video);
    in->audio = track(in, AVMEDIA_TYPE_AUDIO, &audio);
    if (!in->video)
        return video ? fail_with(MEDIA_UNSUPPORTED_CODEC, "video codec %s", video)
                     : fail_with(MEDIA_NO_VIDEO, "no video track");
    if (!in->audio && audio)
        return fail_with(MEDIA_UNSUPPORTED_CODEC, "audio codec %s", audio);
    for (unsigned i = 0; i < in->format->nb_streams; i++)
        in->format->streams[i]->discard = AVDISCARD_ALL;
    in->video->discard = AVDISCARD_DEFAULT;
    if (in->audio)
        in->audio->discard = AVDISCARD_DEFAULT;
    return MEDIA_OK;
}

static enum media_reason picture_check(int width, int height)
{
    if (width < MEDIA_SIDE_MIN || height < MEDIA_SIDE_MIN || width > MEDIA_SIDE_MAX ||
        height > MEDIA_SIDE_MAX || (int64_t)width * height > MEDIA_PIXELS_MAX)
        return fail_with(MEDIA_PICTURE_SIZE, "picture of %dx%d", width, height);
    if (width > MEDIA_ASPECT_MAX * height || height > MEDIA_ASPECT_MAX * width)
        return fail_with(MEDIA_PICTURE_SIZE, "picture of %dx%d is too narrow", width, height);
    return MEDIA_OK;
}

/* When it starts, and how long it lasts from there. */
static void times_read(struct input *in)
{
    const AVFormatContext *f = in->format;

    in->start_us = f->start_time == AV_NOPTS_VALUE ? 0 : f->start_time;
    in->duration_us = f->duration == AV_NOPTS_VALUE || f->duration < 0 ? 0 : f->duration;
    if (in->duration_is_end && in->start_us > 0)
        in->duration_us = FFMAX(in->duration_us - in->start_us, 0);
}

static enum media_reason limits_check(struct input *in)
{
    times_read(in);
    if (in->duration_us > MEDIA_SECONDS_MAX * (int64_t)AV_TIME_BASE)
        return fail_with(MEDIA_TOO_LONG, "longer than %d s", MEDIA_SECONDS_MAX);
    if (in->video->codecpar->format == AV_PIX_FMT_NONE)
        return fail_with(MEDIA_CORRUPT, "no picture could be decoded");
    return picture_check(in->video->codecpar->width, in->video->codecpar->height);
}

/* What the bytes themselves say, before libavformat sees them. */
static enum media_reason content_check(struct input *in, int fd, const struct container *c)
{
    struct stat st;

    if (!c || fstat(fd, &st) != 0)
        return fail_with(MEDIA_UNSUPPORTED_FORMAT, "not an MP4, QuickTime, Matroska or WebM file");
    in->fd = fd;
    in->size = st.st_size;
    in->container = c->name;
    in->duration_is_end = c->duration_is_end;
    if (c->matches == is_mp4)
        in->boxes = boxes_read(fd, in->size);
    return in->boxes.truncated ? fail_with(MEDIA_TRUNCATED, "the end of the file is missing")
                               : MEDIA_OK;
}

/* Before any decoder sees the size the header claims. */
static enum media_reason claim_check(const struct input *in)
{
    const AVCodecParameters *p = in->video->codecpar;

    return p->width > 0 ? picture_check(p->width, p->height) : MEDIA_OK;
}

static enum media_reason analyse(struct input *in)
{
    int error = avformat_find_stream_info(in->format, NULL);

    return error < 0 ? fail_av(error, "analyse") : limits_check(in);
}

enum media_reason input_open(struct input *in, int fd)
{
    const struct container *c = recognise(fd);

    TRY_MEDIA(content_check(in, fd, c));
    TRY_MEDIA(format_new(in));
    TRY_MEDIA(demuxer_open(in, c));
    TRY_MEDIA(tracks_choose(in));
    TRY_MEDIA(claim_check(in));
    return analyse(in);
}

void input_close(struct input *in)
{
    avformat_close_input(&in->format);
    if (in->io)
        av_freep(&in->io->buffer);
    avio_context_free(&in->io);
}

enum media_reason input_decoder(const AVStream *stream, int threads, AVCodecContext **out)
{
    const AVCodec *codec = decoder_of(stream->codecpar->codec_id);
    AVCodecContext *d = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!d || avcodec_parameters_to_context(d, stream->codecpar) < 0) {
        avcodec_free_context(&d);
        return fail_with(MEDIA_MEMORY_LIMIT, "decoder");
    }
    d->pkt_timebase = stream->time_base;
    d->thread_count = threads;
    d->max_pixels = MEDIA_PIXELS_MAX;
    d->codec_whitelist = av_strdup(decoders);
    int error = avcodec_open2(d, codec, NULL);
    if (error < 0) {
        avcodec_free_context(&d);
        return fail_av(error, "decoder");
    }
    *out = d;
    return MEDIA_OK;
}

int input_packet(struct input *in, AVPacket *packet)
{
    int error = av_read_frame(in->format, packet);

    if (input_cancelled)
        return AVERROR_EXIT;
    return error < 0 ? 0 : 1;
}
