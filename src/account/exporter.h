/* The exporter: makes copies of what people have here, and takes them away again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXPORTER_H
#define EXPORTER_H

#include "err.h"

struct blob;
struct bus;
struct comment_api;
struct favorite_api;
struct job_api;
struct log;
struct message_api;
struct relation_api;
struct report_api;
struct user_api;
struct video_api;

/* All borrowed. Jobs come from one of the first two; the other is NULL. */
struct exporter_deps {
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
};

/*
 * Consumes the topic of accounts a copy of which was asked for. It is a zip file of JSON, one
 * object in the store; videos are in it as addresses. It ends with the bus, or with
 * exporter_stop(), when its jobs came from elsewhere.
 */
struct exporter;

MUST_USE struct err *exporter_start(struct ctx *c, const struct exporter_deps *deps,
                                    int64_t lease_ms, struct exporter **out);
void exporter_stop(struct exporter *x); /* NULL is fine, as below */
void exporter_destroy(struct exporter *x);

#endif
