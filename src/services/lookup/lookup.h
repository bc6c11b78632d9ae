/* Questions that services ask each other again and again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOKUP_H
#define LOOKUP_H

#include "err.h"

struct relation_api;
struct user_api;
struct video_api;

/* Who made a video. ERR_NOT_FOUND, reason video_not_found: there is none, it is not shown to this
 * user, or who made it is not there. Any thread. */
MUST_USE struct err *lookup_author(struct video_api *videos, struct user_api *users, struct ctx *c,
                                   int64_t user, int64_t video, int64_t *out);

/* ERR_NOT_FOUND, reason user_not_found, unless there is such a user. Any thread. */
MUST_USE struct err *lookup_user(struct user_api *users, struct ctx *c, int64_t user);

/* ERR_FORBIDDEN, reason blocked: one of the two has blocked the other. Any thread. */
MUST_USE struct err *lookup_contact(struct relation_api *relations, struct ctx *c, int64_t user,
                                    int64_t other);

#endif
