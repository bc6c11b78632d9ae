/* What jobs on whole accounts stand on. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ACCOUNT_DEPS_H
#define ACCOUNT_DEPS_H

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
struct account_deps {
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

#endif
