/* What pages for those who come from elsewhere say of a video. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SHARED_VIDEO_H
#define SHARED_VIDEO_H

#include "gateway_parts.h"

enum {
    SHARED_COVER_SIDE = 720,    /* a cover is at most so wide and so high */
    SHARED_PLAYER_WIDTH = 405,  /* of a player when the video's size is not known */
    SHARED_PLAYER_HEIGHT = 720, /* the same */
};

struct shared_size {
    int64_t width, height;
};

/* In the request's arena. */
struct shared {
    int64_t id, author_id;
    struct str title, author;      /* author is "" when the name cannot be had */
    struct str base, page, player; /* URLs */
    struct str play, cover;        /* the same; play is "" when nothing can be played yet */
    struct shared_size size;
};

/* ERR_NOT_FOUND: there is no such video, or not for everybody. */
MUST_USE struct err *shared_find(struct gateway *g, struct ctx *c, const struct http_req *req,
                                 int64_t id, struct shared *out);

/* As large as the bounds allow, in its own proportions, and never larger than it is. */
struct shared_size shared_fit(struct shared_size s, struct shared_size bounds);

#endif
