/* The transcoder: turns uploads into what every browser plays. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRANSCODER_H
#define TRANSCODER_H

#include "media.h"

struct blob;
struct bus;
struct job_api;
struct log;
struct metrics;
struct video_api;

struct transcoder_options {
    const char *worker;
    size_t parallel;  /* jobs at a time */
    int64_t attempts; /* of one job */
    int64_t disk_reserve;
    int64_t lease_ms;           /* of a job that came from another process */
    struct media_limits limits; /* of one job */
};

/* All borrowed. Jobs come from one of the first two; the other is NULL. */
struct transcoder_deps {
    struct bus *bus;      /* the queue is in this process */
    struct job_api *jobs; /* it is where the videos are */
    struct blob *blob;
    struct video_api *videos;
    struct metrics *metrics;
    struct log *log;
};

/*
 * Consumes the topic of published videos. A job is idempotent: what it makes lies in a generation
 * of its own and is shown only when it is whole. It ends with the bus: close that before; or with
 * transcoder_stop(), when its jobs came from elsewhere.
 */
struct transcoder;

struct transcoder *transcoder_create(const struct transcoder_options *options,
                                     const struct transcoder_deps *deps);
MUST_USE struct err *transcoder_start(struct transcoder *t, struct ctx *c);
void transcoder_stop(
    struct transcoder *t); /* waits for what runs, which is cut off; NULL is fine */
void transcoder_destroy(struct transcoder *t); /* NULL is fine */

#endif
