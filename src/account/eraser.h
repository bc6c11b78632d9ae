/* The eraser: removes everything of accounts that were closed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ERASER_H
#define ERASER_H

#include "err.h"

struct blob;
struct bus;
struct comment_api;
struct favorite_api;
struct job_api;
struct log;
struct message_api;
struct notice_api;
struct relation_api;
struct report_api;
struct user_api;
struct video_api;

/* All borrowed. Jobs come from one of the first two; the other is NULL. */
struct eraser_deps {
    struct bus *bus;
    struct job_api *jobs;
    struct blob *blob;
    struct log *log;
    struct user_api *users;
    struct report_api *reports;
    struct video_api *videos;
    struct favorite_api *favorites;
    struct comment_api *comments;
    struct relation_api *relations;
    struct message_api *messages;
    struct notice_api *notices;
};

/*
 * Consumes the topic of accounts that were closed. One that was opened again stays; one whose time
 * has not come is asked about again. It ends with the bus, or with eraser_stop(), when its jobs
 * came from elsewhere.
 */
struct eraser;

MUST_USE struct err *eraser_start(struct ctx *c, const struct eraser_deps *deps, int64_t lease_ms,
                                  struct eraser **out);
void eraser_stop(struct eraser *e); /* NULL is fine, as below */
void eraser_destroy(struct eraser *e);

#endif
