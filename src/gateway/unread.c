/* What is unread and may be seen: whom and what it names is asked for in one round. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "unread.h"

/* Of all notices in one list each, in their order. */
struct named {
    struct i64_list actors, videos, writers;
    struct user_view *users, *there; /* actors; writers */
    struct video_view *shown;
    bool *blocked, *unwanted;
};

static void gather(struct arena *a, const struct notice_item_list *list, struct named *n)
{
    size_t room = 0;

    for (size_t i = 0; i < list->count; i++)
        room += list->at[i].actors.count;
    n->actors.at = arena_array(a, int64_t, room);
    n->videos.at = arena_array(a, int64_t, list->count);
    for (size_t i = 0; i < list->count; i++) {
        const struct notice_item *item = &list->at[i];

        for (size_t k = 0; k < item->actors.count; k++)
            n->actors.at[n->actors.count++] = item->actors.at[k];
        if (item->subject_id)
            n->videos.at[n->videos.count++] = item->subject_id;
    }
}

static struct err *load(struct look *look, struct named *n)
{
    struct arena *a = look->c->arena;

    n->users = arena_array(a, struct user_view, n->actors.count);
    n->blocked = arena_array(a, bool, n->actors.count);
    n->shown = arena_array(a, struct video_view, n->videos.count);
    n->unwanted = arena_array(a, bool, n->videos.count);
    look_users(look, n->actors, false, n->users);
    n->there = arena_array(a, struct user_view, n->writers.count);
    look_users(look, n->writers, false, n->there);
    look_hidden(look, RELATION_USER, n->actors, n->blocked);
    look_videos(look, n->videos, n->shown);
    look_hidden(look, RELATION_VIDEO, n->videos, n->unwanted);
    return look_join(look);
}

static int64_t count_notices(const struct notice_item_list *list, const struct named *n)
{
    size_t first = 0, video = 0;
    int64_t sum = 0;

    for (size_t i = 0; i < list->count; i++) {
        const struct notice_item *item = &list->at[i];
        bool seen = !item->actors.count;

        for (size_t k = first; k < first + item->actors.count; k++)
            seen |= n->users[k].id && !n->blocked[k];
        first += item->actors.count;
        if (item->subject_id) {
            seen &= n->shown[video].id && !n->unwanted[video];
            video++;
        }
        sum += seen;
    }
    return sum;
}

static int64_t count_writers(const struct named *n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n->writers.count; i++)
        sum += n->there[i].id != 0;
    return sum;
}

static void count_again(struct notice_count_unread_resp *counted, const struct named *n)
{
    counted->notices = count_notices(&counted->unread, n);
    counted->messages = count_writers(n);
}

struct err *unread_leave_out(struct look *look, struct notice_count_unread_resp *counted)
{
    struct named n = {.writers = counted->writer_ids};

    if (!counted->unread.count && !counted->writer_ids.count)
        return NULL;
    gather(look->c->arena, &counted->unread, &n);
    struct err *e = load(look, &n);

    if (e && !degraded_may(e))
        return e;
    if (e)
        degraded_note(&look->g->degraded, look->c, DEGRADED_HIDDEN, e);
    else
        count_again(counted, &n);
    return NULL;
}
