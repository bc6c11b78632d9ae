/* A video as everybody may see it, its author's name, and the addresses of both. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "shared_video.h"

struct shared_size shared_fit(struct shared_size s, struct shared_size bounds)
{
    if (s.width <= 0 || s.height <= 0)
        s = (struct shared_size){SHARED_PLAYER_WIDTH, SHARED_PLAYER_HEIGHT};
    if (s.width > bounds.width)
        s = (struct shared_size){bounds.width, s.height * bounds.width / s.width};
    if (s.height > bounds.height)
        s = (struct shared_size){s.width * bounds.height / s.height, bounds.height};
    return (struct shared_size){s.width > 0 ? s.width : 1, s.height > 0 ? s.height : 1};
}

static struct str media_url(struct ctx *c, struct str base, struct str key)
{
    if (!key.len)
        return (struct str){0};
    return arena_str(c->arena, STR_FMT "/media/" STR_FMT, STR_ARG(base), STR_ARG(key));
}

static struct err *no_video(struct ctx *c)
{
    return err_reason(c, ERR_NOT_FOUND, "video_not_found", "no such video");
}

/* The page does without a name that cannot be had; without its author a video is not shown. */
static struct err *find_name(struct gateway *g, struct ctx *c, int64_t id, struct str *out)
{
    struct user_get_users_req ask = {.ids = {&id, 1}};
    struct user_get_users_resp found = {0};
    struct err *e = user_get_users(g->deps.services.user, c, &ask, &found);

    *out = (struct str){0};
    if (e)
        return degraded_may(e) ? NULL : e;
    if (!found.users.count)
        return no_video(c);
    *out = found.users.at[0].name;
    return NULL;
}

struct err *shared_find(struct gateway *g, struct ctx *c, const struct http_req *req, int64_t id,
                        struct shared *out)
{
    struct video_get_videos_req ask = {.ids = {&id, 1}};
    struct video_get_videos_resp found = {0};
    struct str base = gateway_base_url(g, c, req);

    TRY(video_get_videos(g->deps.services.video, c, &ask, &found));
    if (!found.videos.count || !found.videos.at[0].shown)
        return no_video(c);
    const struct video_item *v = &found.videos.at[0];
    struct str author;

    TRY(find_name(g, c, v->author_id, &author));

    *out = (struct shared){
        .id = id,
        .author_id = v->author_id,
        .title = v->title,
        .author = author,
        .base = base,
        .page = arena_str(c->arena, STR_FMT "/v/%lld", STR_ARG(base), (long long)id),
        .player = arena_str(c->arena, STR_FMT "/embed/%lld", STR_ARG(base), (long long)id),
        .play = media_url(c, base, v->media->play),
        .cover = media_url(c, base, v->media->cover),
        .size = {v->media->width, v->media->height},
    };
    return NULL;
}
