/* Looking up one thing of another service, through its batched API. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "lookup.h"

#include <inttypes.h>

#include "relation_api.h"
#include "user_api.h"
#include "video_api.h"

static struct err *no_video(struct ctx *c, int64_t video)
{
    return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no video %" PRId64, video);
}

struct err *lookup_author(struct video_api *videos, struct user_api *users, struct ctx *c,
                          int64_t user, int64_t video, int64_t *out)
{
    struct video_get_videos_req req = {.ids = {&video, 1}};
    struct video_get_videos_resp found = {0};

    TRY(video_get_videos(videos, c, &req, &found));
    const struct video_item *item = found.videos.count ? &found.videos.at[0] : NULL;

    if (!item || (!item->shown && item->author_id != user))
        return no_video(c, video);
    *out = item->author_id;
    struct err *e = *out == user ? NULL : lookup_user(users, c, *out);

    return e && e->code == ERR_NOT_FOUND ? no_video(c, video) : e;
}

struct err *lookup_user(struct user_api *users, struct ctx *c, int64_t user)
{
    struct user_get_users_req req = {.ids = {&user, 1}};
    struct user_get_users_resp found = {0};

    TRY(user_get_users(users, c, &req, &found));
    if (found.users.count == 0)
        return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no user %" PRId64, user);
    return NULL;
}

struct err *lookup_contact(struct relation_api *relations, struct ctx *c, int64_t user,
                           int64_t other)
{
    struct relation_check_contact_req req = {user, other};
    struct relation_check_contact_resp done;

    return user == other ? NULL : relation_check_contact(relations, c, &req, &done);
}
