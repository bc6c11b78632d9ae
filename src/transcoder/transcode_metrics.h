/* What the transcoder counts: runs of the media worker, their time and their endings. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRANSCODE_METRICS_H
#define TRANSCODE_METRICS_H

#include "media.h"

struct metrics;

/* Belongs to the transcoder. Any thread may call transcode_metrics_ran(). */
struct transcode_metrics {
    struct metrics *metrics; /* borrowed */
    struct metric_histogram *remux_seconds, *encode_seconds;
};

void transcode_metrics_init(struct transcode_metrics *m, struct metrics *metrics);
void transcode_metrics_ran(struct transcode_metrics *m, const char *job,
                           const struct media_outcome *outcome);

#endif
