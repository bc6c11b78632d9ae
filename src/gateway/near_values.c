/* The near cache's values: JSON rendered once, cut where the public URL goes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_values.h"

#include <stdlib.h>

#include "json.h"
#include "media_key.h"
#include "near_table.h"

/* The value and its pieces in one piece of memory; returns where the pieces begin. */
static char *allocate(size_t value_size, const struct str *pieces, size_t count, void **value,
                      size_t *size)
{
    *size = value_size;
    for (size_t i = 0; i < count; i++)
        *size += pieces[i].len;
    *value = calloc(1, *size);
    if (!*value)
        abort();
    return (char *)*value + value_size;
}

static void place(struct str *to, const struct str *from, size_t count, char *at)
{
    for (size_t i = 0; i < count; i++) {
        to[i] = (struct str){at, from[i].len};
        if (from[i].len)
            memcpy(at, from[i].ptr, from[i].len);
        at += from[i].len;
    }
}

struct near_user *near_user_new(struct arena *scratch, const struct user_profile *p, size_t *size)
{
    struct json j[3] = {{.arena = scratch}, {.arena = scratch}, {.arena = scratch}};
    void *value;

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

    struct str pieces[3] = {json_str(&j[0]), json_str(&j[1]), json_str(&j[2])};
    char *at = allocate(sizeof(struct near_user), pieces, COUNT(pieces), &value, size);
    struct near_user *user = value;

    user->view = (struct user_view){
        .id = p->id,
        .session = p->session,
        .follows = p->follow_count,
        .followers = p->follower_count,
        .favorited = p->total_favorited,
        .works = p->work_count,
        .favorites = p->favorite_count,
    };
    place(user->view.piece, pieces, COUNT(pieces), at);
    return user;
}

/* What will be there when the transcoder is done: until then it answers 404. */
static struct str play_key(struct arena *scratch, const struct video_media *m)
{
    return m->play.len ? m->play : media_key(scratch, m->asset, 1, STR("video.mp4"));
}

struct near_video *near_video_new(struct arena *scratch, const struct video_item *item,
                                  size_t *size)
{
    struct json j[4] = {
        {.arena = scratch}, {.arena = scratch}, {.arena = scratch}, {.arena = scratch}};
    void *value;

    json_lit(&j[0], "{\"id\":");
    json_int(&j[0], item->id);
    json_lit(&j[0], ",\"title\":");
    json_text(&j[0], item->title);
    json_lit(&j[0], ",\"author\":");
    json_lit(&j[1], ",\"play_url\":\"");
    json_lit(&j[2], "/media/");
    json_raw(&j[2], play_key(scratch, item->media));
    json_lit(&j[2], "\",\"cover_url\":\"");
    json_lit(&j[3], "/media/");
    json_raw(&j[3], item->media->cover);
    json_lit(&j[3], "\",\"is_favorite\":");

    struct str pieces[4] = {json_str(&j[0]), json_str(&j[1]), json_str(&j[2]), json_str(&j[3])};
    char *at = allocate(sizeof(struct near_video), pieces, COUNT(pieces), &value, size);
    struct near_video *video = value;

    video->view = (struct video_view){
        .id = item->id,
        .author_id = item->author_id,
        .created_at = item->created_at,
        .shown = item->shown,
        .favorites = item->favorite_count,
        .comments = item->comment_count,
    };
    place(video->view.piece, pieces, COUNT(pieces), at);
    return video;
}

static size_t set_size(const struct near_ids *set)
{
    return near_heap_bytes(set->ids.room * sizeof(*set->ids.slots));
}

size_t near_viewer_size(const struct near_viewer *viewer)
{
    return sizeof(*viewer) + set_size(&viewer->liked) + set_size(&viewer->followed);
}

void near_value_free(void *value)
{
    free(value);
}

void near_viewer_free(void *value)
{
    struct near_viewer *viewer = value;

    id_set_fini(&viewer->liked.ids);
    id_set_fini(&viewer->followed.ids);
    free(viewer);
}

/* They lie one behind the other: see place(). */
static void copy_pieces(struct arena *a, struct str *pieces, size_t count)
{
    const char *from = pieces[0].ptr;
    size_t len = (size_t)(pieces[count - 1].ptr - from) + pieces[count - 1].len;
    const char *to = arena_copy(a, (struct str){from, len}).ptr;

    for (size_t i = 0; i < count; i++)
        pieces[i].ptr = to + (pieces[i].ptr - from);
}

struct user_view near_user_copy(struct arena *a, const struct near_user *user)
{
    struct user_view view = user->view;

    copy_pieces(a, view.piece, COUNT(view.piece));
    return view;
}

struct video_view near_video_copy(struct arena *a, const struct near_video *video)
{
    struct video_view view = video->view;

    copy_pieces(a, view.piece, COUNT(view.piece));
    return view;
}
