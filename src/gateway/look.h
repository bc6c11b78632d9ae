/* Looks: what a page needs to know of others, asked for together. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOK_H
#define LOOK_H

#include "gateway_parts.h"
#include "tokens.h"

enum { LOOK_WANTS_MAX = 8 };

/*
 * A request's questions. look_*() says what is wanted; look_join() has the answers. When services
 * are in this process the near cache answers at once. When they are elsewhere, join sends what is
 * wanted: one call for each kind of thing, side by side with those that the handler started in
 * `calls`; so a join is a round, whatever the length of the lists. Outputs are written by then at
 * the latest, and only on success.
 *
 *     struct look *look CLEANUP(look_end) = look_begin(g, c, req);
 *
 * In the request's arena; belongs to the thread that runs it.
 */
struct look {
    struct gateway *g; /* borrowed, as is c */
    struct ctx *c;
    struct calls calls;
    bool optional[CALLS_MAX]; /* the page goes without what this call says */
    enum degraded_part part[CALLS_MAX];
    struct err *err; /* the first failure of what was answered at once */
    struct want {
        enum want_kind {
            WANT_USERS,
            WANT_REQUIRED_USER,
            WANT_VIDEOS,
            WANT_REQUIRED_VIDEO,
            WANT_REQUIRED_AUTHOR,
            WANT_LIKED,
            WANT_FOLLOWED,
            WANT_HIDDEN,
        } kind;
        bool needed;
        enum relation_kind hidden; /* WANT_HIDDEN: of what the ids are */
        struct i64_list ids;
        void *out;
    } wants[LOOK_WANTS_MAX];
    size_t count;
    struct { /* who asks, until the user service has confirmed it */
        struct token_claims claims;
        struct user_find_login_req login; /* of a browser, in place of a token; else zeroed */
        struct user_login found;          /* that login, once it was confirmed */
        bool open;
        bool lenient;  /* a bad one is the same as none */
        bool doubtful; /* and so is one of which nobody can say */
        bool later;    /* not in the next round, but in the one behind it */
    } session;
};

/* Goes on with what admission has left open; c->user_id is not confirmed before the next join. */
struct look *look_begin(struct gateway *g, struct ctx *c, const struct http_req *req);

/* For admission: a look that has a session to confirm. Lenient: a bad one is the same as none, and
 * so is one that cannot be confirmed now. */
struct look *look_at_session(struct gateway *g, struct ctx *c, const struct token_claims *claims,
                             bool lenient);

/* The same for what a browser holds, by itself: only where somebody has to be signed in (enum
 * ACCESS_...) is a bad one not the same as none. */
struct look *look_at_login(struct gateway *g, struct ctx *c,
                           const struct user_find_login_req *login, int access);

/* What the next join asks is the same for everybody: with the join behind it is soon enough to
 * confirm who asks, beside other users. */
void look_confirm_later(struct look *look);

/* Waits for calls under way and drops what is wanted, but for the session. */
void look_end(struct look **look);

/*
 * One view per id, in the order asked; id 0: there is nobody. A page that does not need them shows
 * users it cannot have without their names.
 */
void look_users(struct look *look, struct i64_list ids, bool needed, struct user_view *out);
void look_videos(struct look *look, struct i64_list ids, struct video_view *out);

/* What the viewer likes and follows, one flag per id; false where it cannot be known. */
void look_liked(struct look *look, struct i64_list ids, bool *out);
void look_followed(struct look *look, struct i64_list ids, bool *out);

/* What the viewer does not want to see, one flag per id; false where it cannot be known. */
void look_hidden(struct look *look, enum relation_kind kind, struct i64_list ids, bool *out);

/* How far the viewer's conversation with the peer has come. */
void look_chat(struct look *look, int64_t peer, struct message_state *out);

/* The join fails with user_not_found, video_not_found, unless there is such a thing. */
void look_require_user(struct look *look, int64_t id);
void look_require_video(struct look *look, int64_t id, int64_t *author);

/* The next join fails with video_not_found unless he who made a required video is there; 0: nobody
 * could say who that is. */
void look_require_author(struct look *look, int64_t author);

/* The page goes without what the call started last would say. */
void look_optional(struct look *look, enum degraded_part part);

MUST_USE struct err *look_join(struct look *look);

/* Are services in this process, so that a call costs nothing to speak of? */
static inline bool look_is_local(const struct look *look)
{
    return look->g->near != NULL;
}

#endif
