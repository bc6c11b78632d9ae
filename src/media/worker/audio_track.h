/* Sound becomes AAC-LC, mono or stereo. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AUDIO_TRACK_H
#define AUDIO_TRACK_H

#include "input.h"

/* Receives finished AAC packets, on a clock that starts at 0 (priming lies before it). */
struct audio_track_sink {
    enum media_reason (*packet)(void *self, const AVPacket *packet, AVRational timebase);
    void *self;
};

/* Turns the audio track into AAC-LC, mono or stereo; copies packets that are that already. */
struct audio_track;

MUST_USE enum media_reason audio_track_create(struct input *in, struct audio_track_sink sink,
                                              struct audio_track **out);
void audio_track_destroy(struct audio_track *a);

/* What the packets are; borrowed. */
const AVCodecParameters *audio_track_parameters(const struct audio_track *a);

/* NULL ends the track. */
MUST_USE enum media_reason audio_track_packet(struct audio_track *a, AVPacket *packet);

#endif
