/* A round: the calls of one join, one for each kind of thing that is wanted. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOK_ROUND_H
#define LOOK_ROUND_H

#include "look.h"

/* On the stack of look_join(). Ids that were asked are sorted, each once. */
struct look_round {
    struct look *look;
    struct ctx *quick; /* for what nobody waits for long */
    struct i64_list users, videos, liked, followed;
    struct user_login found_login;
    struct user_get_users_resp found_users;
    struct video_get_videos_resp found_videos;
    struct favorite_are_liked_resp found_liked;
    struct relation_are_followed_resp found_followed;
    const struct call *users_call, *videos_call, *liked_call, *followed_call, *login_call;
};

/* Sends what the look wants; its calls come behind those of the handler. */
void look_round_start(struct look_round *r);

/* What came back. NULL: there is none. */
const struct user_profile *look_round_user(const struct look_round *r, int64_t id);
const struct video_item *look_round_video(const struct look_round *r, int64_t id);
bool look_round_hides(const struct relation_hidden *hidden, enum relation_kind kind, int64_t id);
bool look_round_flag(struct i64_list asked, struct bool_list found, int64_t id);

#endif
