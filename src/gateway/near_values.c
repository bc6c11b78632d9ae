/* The near cache's values: views, each with its texts in one piece of memory. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_values.h"

#include <stdlib.h>

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
    struct user_view view = view_of_user(scratch, p);
    void *value;
    char *at = allocate(sizeof(struct near_user), view.piece, COUNT(view.piece), &value, size);
    struct near_user *user = value;

    user->view = view;
    place(user->view.piece, view.piece, COUNT(view.piece), at);
    return user;
}

struct near_video *near_video_new(struct arena *scratch, const struct video_item *item,
                                  size_t *size)
{
    struct video_view view = view_of_video(scratch, item);
    void *value;
    char *at = allocate(sizeof(struct near_video), view.piece, COUNT(view.piece), &value, size);
    struct near_video *video = value;

    video->view = view;
    place(video->view.piece, view.piece, COUNT(view.piece), at);
    return video;
}

struct near_login *near_login_new(const struct user_login *login)
{
    struct near_login *kept = calloc(1, sizeof(*kept));

    if (!kept || login->secret_hash.len != NEAR_HASH_LEN)
        abort();
    *kept = (struct near_login){login->session, login->began_at, login->seen_at, {0}};
    memcpy(kept->hash, login->secret_hash.ptr, NEAR_HASH_LEN);
    return kept;
}

static size_t set_size(const struct id_set *set)
{
    return near_heap_bytes(set->room * sizeof(*set->slots));
}

size_t near_viewer_size(const struct near_viewer *viewer)
{
    size_t size = sizeof(*viewer) + set_size(&viewer->liked.ids) + set_size(&viewer->followed.ids);

    for (size_t i = 0; i < COUNT(viewer->hidden); i++)
        size += set_size(&viewer->hidden[i]);
    return size;
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
    for (size_t i = 0; i < COUNT(viewer->hidden); i++)
        id_set_fini(&viewer->hidden[i]);
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
