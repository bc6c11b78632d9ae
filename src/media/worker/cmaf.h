/* One track of the HLS presentation. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMAF_H
#define CMAF_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "fail.h"

enum {
    SEGMENT_SECONDS = 2,
};

/*
 * One track of the HLS presentation: "<name>.mp4", fragmented, one fragment per segment, and
 * "<name>.m3u8", which points into it by byte ranges. The playlist is written last and tells the
 * track's size: the track is complete when both are there and agree. A server that is killed while
 * it carries finished files away takes some of them along, and leaves the others.
 */
struct cmaf;

MUST_USE enum media_reason cmaf_create(const char *name, const AVCodecParameters *p,
                                       AVRational rate, struct cmaf **out);
MUST_USE enum media_reason cmaf_write(struct cmaf *c, const AVPacket *packet, AVRational timebase);
MUST_USE enum media_reason cmaf_commit(struct cmaf *c);
void cmaf_destroy(struct cmaf *c);

/* What the master playlist needs to know of a finished track. */
struct cmaf_summary {
    int peak;    /* bit/s of the densest segment */
    int average; /* bit/s */
    int width;
    int height;
    int fps_num;
    int fps_den;
    int channels;
    char codecs[32];
};

/* Reads it back from "<name>.m3u8"; 0 when that track is not complete. */
int cmaf_summary(const char *name, struct cmaf_summary *out);

#endif
