/* Pictures: recognised by their first bytes, decoded without a demuxer, turned upright, scaled. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "still.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavcodec/avcodec.h>
#include <libavutil/pixdesc.h>

#include "image_file.h"
#include "media_limits.h"
#include "picture.h"
#include "scaler.h"
#include "worker_report.h"

enum {
    STILL_SIDE = 720, /* of the short side of what is made */
    HEAD = 16,        /* bytes that tell what it is */
};

static const struct kind {
    const char *decoder, *name;
    size_t at; /* where its mark stands */
    const char *mark;
} kinds[] = {
    {"mjpeg", "jpeg", 0, "\xff\xd8\xff"},
    {"png", "png", 0, "\x89PNG\r\n\x1a\n"},
    {"webp", "webp", 8, "WEBP"},
};

static const struct kind *recognise(const AVPacket *p)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (p->size > HEAD &&
            memcmp(p->data + kinds[i].at, kinds[i].mark, strlen(kinds[i].mark)) == 0)
            return &kinds[i];
    return NULL;
}

static enum media_reason file_read(int fd, AVPacket *out)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || st.st_size > MEDIA_STILL_BYTES_MAX)
        return fail_with(MEDIA_UNSUPPORTED_FORMAT, "too large a file");
    if (av_new_packet(out, (int)st.st_size) < 0)
        return fail_with(MEDIA_MEMORY_LIMIT, "read");
    for (int at = 0; at < out->size;) {
        ssize_t got = pread(fd, out->data + at, (size_t)(out->size - at), at);

        if (got <= 0)
            return fail_with(MEDIA_INTERNAL, "read");
        at += (int)got;
    }
    return MEDIA_OK;
}

static enum media_reason size_check(int width, int height)
{
    if (width < MEDIA_SIDE_MIN || height < MEDIA_SIDE_MIN || width > MEDIA_STILL_SIDE_MAX ||
        height > MEDIA_STILL_SIDE_MAX || (int64_t)width * height > MEDIA_STILL_PIXELS_MAX ||
        width > MEDIA_ASPECT_MAX * height || height > MEDIA_ASPECT_MAX * width)
        return fail_with(MEDIA_PICTURE_SIZE, "picture of %dx%d", width, height);
    return MEDIA_OK;
}

/* What a header claims is refused before memory is taken for it. */
static AVCodecContext *decoder_open(const struct kind *kind)
{
    const AVCodec *codec = avcodec_find_decoder_by_name(kind->decoder);
    AVCodecContext *d = codec ? avcodec_alloc_context3(codec) : NULL;

    if (!d)
        return NULL;
    d->max_pixels = MEDIA_STILL_PIXELS_MAX;
    d->thread_count = 1;
    d->err_recognition = AV_EF_EXPLODE;
    if (avcodec_open2(d, codec, NULL) < 0)
        avcodec_free_context(&d);
    return d;
}

static enum media_reason decode(const struct kind *kind, const AVPacket *packet, AVFrame *out)
{
    AVCodecContext *d = decoder_open(kind);

    if (!d)
        return fail_with(MEDIA_MEMORY_LIMIT, "decoder");
    int error = avcodec_send_packet(d, packet);

    if (error >= 0)
        error = avcodec_send_packet(d, NULL);
    if (error >= 0)
        error = avcodec_receive_frame(d, out);
    if (error < 0 && d->width > 0 && size_check(d->width, d->height) != MEDIA_OK)
        error = AVERROR(ERANGE); /* its text is there */
    avcodec_free_context(&d);
    if (error == AVERROR(ERANGE))
        return MEDIA_PICTURE_SIZE;
    if (error < 0)
        return fail_with(MEDIA_CORRUPT, "no picture could be decoded");
    return size_check(out->width, out->height);
}

/* Of EXIF, by its number (TIFF 6.0, "Orientation"): how it becomes upright. */
static const struct turn turns[] = {
    {0, 0, 0}, {0, 0, 0}, {0, 1, 0}, {0, 1, 1}, {0, 0, 1},
    {1, 0, 0}, {1, 1, 0}, {1, 1, 1}, {1, 0, 1},
};

static struct turn turn_of(const AVFrame *f)
{
    const AVDictionaryEntry *said = av_dict_get(f->metadata, "Orientation", NULL, 0);
    long number = said ? strtol(said->value, NULL, 10) : 0;

    return number > 0 && number < (long)COUNT(turns) ? turns[number] : turns[0];
}

static void properties_report(const struct kind *kind, const AVFrame *f, struct size shown,
                              struct turn turn)
{
    worker_report_text("container", kind->name);
    worker_report_int("duration_ms", 0);
    worker_report_text("video", kind->decoder);
    worker_report_text("pixels", av_get_pix_fmt_name(f->format));
    worker_report_int("width", shown.width);
    worker_report_int("height", shown.height);
    worker_report_int("turned", turn.transpose || turn.flip_x || turn.flip_y);
    worker_report_int("hdr", 0);
    worker_report_text("fps", "1/1");
    worker_report_text("audio", "none");
    worker_report_int("faststart", 0);
    worker_report_text("obstacle", "none");
}

static enum media_reason scaled_write(struct scaler *scaler, const AVFrame *f)
{
    const AVFrame *limited = NULL;

    TRY_MEDIA(scaler_run(scaler, f, &limited));
    AVFrame *bare = av_frame_clone(limited);

    if (!bare)
        return fail_with(MEDIA_MEMORY_LIMIT, "picture");
    bare->color_range = AVCOL_RANGE_MPEG;
    bare->pict_type = AV_PICTURE_TYPE_NONE;
    av_dict_free(&bare->metadata);
    enum media_reason reason = image_file_webp("picture.webp", bare);

    av_frame_free(&bare);
    return reason;
}

/* WebP is of the colours of BT.601, whatever the pixels come from. */
static enum media_reason upright_write(const struct kind *kind, AVFrame *f)
{
    struct turn turn = turn_of(f);
    struct size shown =
        turn.transpose ? (struct size){f->height, f->width} : (struct size){f->width, f->height};
    struct scaler *scaler = NULL;

    properties_report(kind, f, shown, turn);
    f->colorspace = AVCOL_SPC_SMPTE170M;
    TRY_MEDIA(scaler_create(picture_fit(shown, STILL_SIDE), turn, &scaler));
    enum media_reason reason = scaled_write(scaler, f);

    scaler_destroy(scaler);
    return reason;
}

static enum media_reason make(int fd, AVPacket *packet, AVFrame *frame)
{
    TRY_MEDIA(file_read(fd, packet));
    const struct kind *kind = recognise(packet);

    if (!kind)
        return fail_with(MEDIA_UNSUPPORTED_FORMAT, "not a JPEG, PNG or WebP file");
    TRY_MEDIA(decode(kind, packet, frame));
    return upright_write(kind, frame);
}

enum media_reason still_make(int fd)
{
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    enum media_reason reason =
        packet && frame ? make(fd, packet, frame) : fail_with(MEDIA_MEMORY_LIMIT, "picture");

    av_packet_free(&packet);
    av_frame_free(&frame);
    return reason;
}
