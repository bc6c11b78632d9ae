/* The sweeper: removes the files of what was taken back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SWEEPER_H
#define SWEEPER_H

#include "err.h"

struct blob;
struct bus;
struct job_api;
struct log;
struct video_api;

/* All borrowed. Jobs come from one of the first two; the other is NULL. */
struct sweeper_deps {
    struct bus *bus;
    struct job_api *jobs;
    struct blob *blob;
    struct video_api *videos;
    struct log *log;
    struct str data; /* the folder that backups copy files of; "": they are in a store */
};

/*
 * Consumes the topic of assets whose files nobody wants any more. What cannot be removed now, for a
 * backup is being made or a store is away, is tried until it can. It ends with the bus, or with
 * sweeper_stop(), when its jobs came from elsewhere.
 */
struct sweeper;

MUST_USE struct err *sweeper_start(struct ctx *c, const struct sweeper_deps *deps, int64_t lease_ms,
                                   struct sweeper **out);
void sweeper_stop(struct sweeper *s); /* NULL is fine, as below */
void sweeper_destroy(struct sweeper *s);

#endif
