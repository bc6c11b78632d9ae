/* Views: JSON rendered once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "view.h"

#include "json.h"
#include "media_key.h"

/* Facts between processes may come in another order than they were made. */
static int64_t shown_count(int64_t count)
{
    return count > 0 ? count : 0;
}

struct user_view view_of_user(struct arena *a, const struct user_profile *p)
{
    struct json j[3] = {{.arena = a}, {.arena = a}, {.arena = a}};

    json_lit(&j[0], "{\"id\":");
    json_int(&j[0], p->id);
    json_lit(&j[0], ",\"name\":");
    json_text(&j[0], p->name);
    json_lit(&j[0], ",\"signature\":");
    json_text(&j[0], p->signature);
    json_lit(&j[0], ",\"avatar\":\"");
    json_lit(&j[1], "/");
    json_raw(&j[1], p->avatar);
    json_lit(&j[1], "\",\"background_image\":\"");
    json_lit(&j[2], "/");
    json_raw(&j[2], p->background);
    json_lit(&j[2], "\",\"is_follow\":");
    return (struct user_view){
        .id = p->id,
        .session = p->session,
        .piece = {json_str(&j[0]), json_str(&j[1]), json_str(&j[2])},
        .follows = shown_count(p->follow_count),
        .followers = shown_count(p->follower_count),
        .favorited = shown_count(p->total_favorited),
        .works = shown_count(p->work_count),
        .favorites = shown_count(p->favorite_count),
    };
}

struct user_view view_of_unknown(struct arena *a, int64_t id)
{
    const struct user_profile nobody = {
        .id = id, .avatar = STR("assets/avatar-01.png"), .background = STR("assets/banner-01.png")};

    return view_of_user(a, &nobody);
}

/* What will be there when the transcoder is done: until then it answers 404. */
static struct str play_key(struct arena *a, const struct video_media *m)
{
    return m->play.len ? m->play : media_key(a, m->asset, 1, STR("video.mp4"));
}

struct video_view view_of_video(struct arena *a, const struct video_item *item)
{
    const struct video_media *m = item->media;
    struct json j[4] = {{.arena = a}, {.arena = a}, {.arena = a}, {.arena = a}};

    json_lit(&j[0], "{\"id\":");
    json_int(&j[0], item->id);
    json_lit(&j[0], ",\"title\":");
    json_text(&j[0], item->title);
    json_lit(&j[0], ",\"author\":");
    json_lit(&j[1], ",\"play_url\":\"");
    json_lit(&j[2], "/media/");
    json_raw(&j[2], play_key(a, m));
    json_lit(&j[2], "\",\"cover_url\":\"");
    json_lit(&j[3], "/media/");
    json_raw(&j[3], m->cover);
    json_lit(&j[3], "\",\"is_favorite\":");
    return (struct video_view){
        .id = item->id,
        .author_id = item->author_id,
        .created_at = item->created_at,
        .shown = item->shown,
        .hidden = item->hidden_at != 0,
        .piece = {json_str(&j[0]), json_str(&j[1]), json_str(&j[2]), json_str(&j[3]), m->color,
                  m->hls, m->cover_webp},
        .favorites = shown_count(item->favorite_count),
        .comments = shown_count(item->comment_count),
        .state = item->state,
        .playable = m->play.len > 0,
        .width = m->width,
        .height = m->height,
        .duration_ms = m->duration_ms,
    };
}
