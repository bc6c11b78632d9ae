/* The progressive file: one MP4 or WebM with its index in front. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MP4_H
#define MP4_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "fail.h"

/*
 * The progressive file: one video track, perhaps one audio track, index in front. It carries none
 * of the upload's metadata, so no place or device either. The end of its name, .mp4 or .webm, says
 * what it is.
 */
struct mp4;

/* `turn` is the display matrix to keep, or NULL. `audio` may be NULL. */
MUST_USE enum media_reason mp4_create(const char *name, const AVCodecParameters *video,
                                      const AVCodecParameters *audio, const int32_t *turn,
                                      struct mp4 **out);
MUST_USE enum media_reason mp4_write(struct mp4 *m, enum AVMediaType track, const AVPacket *packet,
                                     AVRational timebase);
MUST_USE enum media_reason mp4_commit(struct mp4 *m);
void mp4_destroy(struct mp4 *m);

#endif
