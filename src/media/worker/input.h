/* An opened upload: recognised, narrowed to what is allowed, checked against the limits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INPUT_H
#define INPUT_H

#include <signal.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "boxes.h"
#include "fail.h"
#include "media_limits.h"

/* How far the start of an upload is read to find out what it is. */
enum {
    INPUT_PROBE_BYTES = 4 << 20,
    INPUT_PROBE_SECONDS = 3,
};

/*
 * An opened upload: one video track and perhaps one audio track; all others are discarded.
 * Owned by one thread. Zeroed is valid for input_close().
 */
struct input {
    AVFormatContext *format;
    AVIOContext *io;
    int fd; /* borrowed */
    int64_t position;
    int64_t size;
    const char *container; /* "mp4" or "matroska" */
    struct boxes boxes;    /* of an mp4 */
    bool duration_is_end;  /* as the container gives it: not from the first sample */
    AVStream *video;
    AVStream *audio;  /* NULL: silent */
    int64_t start_us; /* time of the earliest sample: becomes 0 */
    int64_t duration_us;
};

/* Recognises the content, opens it and checks it against the limits. */
MUST_USE enum media_reason input_open(struct input *in, int fd);
void input_close(struct input *in);

/* Creates a decoder for one of the two tracks; free with avcodec_free_context(). */
MUST_USE enum media_reason input_decoder(const AVStream *stream, int threads, AVCodecContext **out);

/* 1: a packet, 0: the end, negative: AVERROR_EXIT when cancelled. Damaged tails count as the end.
 */
int input_packet(struct input *in, AVPacket *packet);

/* Set from the SIGTERM handler. */
extern volatile sig_atomic_t input_cancelled;

#endif
