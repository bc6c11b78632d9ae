/* Media metrics: buckets from a tenth of a second to an hour. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "transcode_metrics.h"

#include "metrics.h"

static const int64_t bounds[] = {100, 500, 1000, 5000, 15000, 60000, 300000, 900000, 3600000};
static const struct metric_buckets seconds = {bounds, COUNT(bounds), 1000}; /* observed in ms */

static struct metric_histogram *histogram(struct metrics *m, const char *job)
{
    return metrics_histogram(m, "duan_media_job_seconds", "Wall-clock time of media jobs.",
                             &seconds, metrics_label("job", str_of(job)));
}

void transcode_metrics_init(struct transcode_metrics *m, struct metrics *metrics)
{
    *m = (struct transcode_metrics){metrics, histogram(metrics, "remux"),
                                    histogram(metrics, "encode")};
}

void transcode_metrics_ran(struct transcode_metrics *m, const char *job,
                           const struct media_outcome *outcome)
{
    struct str reason = str_of(media_reason_name(outcome->reason));

    metrics_observe(strcmp(job, "remux") == 0 ? m->remux_seconds : m->encode_seconds,
                    outcome->wall_ms);
    metrics_add(metrics_counter(m->metrics, "duan_media_jobs_total", "Media jobs by ending.",
                                metrics_label("job", str_of(job)), metrics_label("reason", reason)),
                1);
    metrics_add(metrics_counter(m->metrics, "duan_media_cpu_milliseconds_total",
                                "CPU time of media jobs.", metrics_label("job", str_of(job))),
                (uint64_t)outcome->cpu_ms);
}
