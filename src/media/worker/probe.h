/* What an upload is, and whether it plays everywhere as it is. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROBE_H
#define PROBE_H

#include "input.h"

/* Reports what the upload is, one line per property. */
void probe_report(struct input *in);

/* NULL when every browser and the app play the tracks as they are, in an MP4; else why not. */
const char *probe_obstacle(const struct input *in);

/* Frames per second as the track claims it, within reason; 30 when it does not say. */
AVRational probe_rate(const struct input *in);

/* True for PQ or HLG: must be tone-mapped. */
int probe_is_hdr(const AVCodecParameters *p);

#endif
