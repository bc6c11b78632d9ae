/* Rounds: ids are gathered, sorted and sent once, so that answers are found by halving. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "look_round.h"

#include <assert.h>
#include <stdlib.h>

#include "clock.h"

/* A page does not wait for what it can go without as long as for what it needs. */
enum { OPTIONAL_MS = 1000 };

/* ---- sending ---- */

static int compare_ids(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void add_ids(struct i64_list *to, struct i64_list ids)
{
    if (ids.count)
        memcpy(to->at + to->count, ids.at, ids.count * sizeof(*ids.at));
    to->count += ids.count;
}

static void sort_out(struct i64_list *ids)
{
    size_t kept = 0;

    if (ids->count)
        qsort(ids->at, ids->count, sizeof(*ids->at), compare_ids);
    for (size_t i = 0; i < ids->count; i++)
        if (!kept || ids->at[i] != ids->at[kept - 1])
            ids->at[kept++] = ids->at[i];
    ids->count = kept;
}

/* What is wanted of two kinds, in one list. *needed: somebody cannot go without. */
static struct i64_list gather(struct look *look, enum want_kind one, enum want_kind other,
                              bool *needed)
{
    size_t room = 1; /* for the session's user */

    for (size_t i = 0; i < look->count; i++)
        room += look->wants[i].ids.count;
    struct i64_list ids = {arena_array(look->c->arena, int64_t, room), 0};

    for (size_t i = 0; i < look->count; i++) {
        const struct want *w = &look->wants[i];

        if (w->kind != one && w->kind != other &&
            !(w->kind == WANT_REQUIRED_AUTHOR && one == WANT_USERS))
            continue;
        add_ids(&ids, w->ids);
        *needed |= w->needed;
    }
    return ids;
}

static struct ctx *hurried(struct ctx *c)
{
    struct ctx *quick = arena_new(c->arena, struct ctx);
    int64_t until = clock_monotonic_ns() + (int64_t)OPTIONAL_MS * CLOCK_NS_PER_MS;

    *quick = *c;
    if (!c->deadline_ns || until < c->deadline_ns)
        quick->deadline_ns = until;
    return quick;
}

static struct call *latest(struct look *look)
{
    return &look->calls.at[look->calls.count - 1];
}

static void ask_users(struct look_round *r)
{
    struct look *look = r->look;
    bool session = look->session.open && !look->session.later && !look->session.login.id;
    bool needed = session && !look->session.doubtful;

    r->users = gather(look, WANT_USERS, WANT_REQUIRED_USER, &needed);
    if (session)
        add_ids(&r->users, (struct i64_list){&look->session.claims.user_id, 1});
    if (!r->users.count)
        return;
    sort_out(&r->users);
    struct user_get_users_req req = {.ids = r->users};

    user_get_users_start(look->g->deps.services.user, needed ? look->c : r->quick, &req,
                         &r->found_users, &look->calls);
    r->users_call = latest(look);
}

static void ask_login(struct look_round *r)
{
    struct look *look = r->look;

    if (!look->session.open || look->session.later || !look->session.login.id)
        return;
    user_find_login_start(look->g->deps.services.user, look->session.doubtful ? r->quick : look->c,
                          &look->session.login, &r->found_login, &look->calls);
    r->login_call = latest(look);
}

static void ask_videos(struct look_round *r)
{
    bool needed = false;

    r->videos = gather(r->look, WANT_VIDEOS, WANT_REQUIRED_VIDEO, &needed);
    if (!r->videos.count)
        return;
    sort_out(&r->videos);
    struct video_get_videos_req req = {.ids = r->videos};

    video_get_videos_start(r->look->g->deps.services.video, needed ? r->look->c : r->quick, &req,
                           &r->found_videos, &r->look->calls);
    r->videos_call = latest(r->look);
}

static bool wants(const struct look *look, enum want_kind kind)
{
    for (size_t i = 0; i < look->count; i++)
        if (look->wants[i].kind == kind)
            return true;
    return false;
}

static void ask_flags(struct look_round *r)
{
    struct look *look = r->look;
    bool needed = false;

    r->liked = gather(look, WANT_LIKED, WANT_LIKED, &needed);
    r->followed = gather(look, WANT_FOLLOWED, WANT_FOLLOWED, &needed);
    sort_out(&r->liked);
    sort_out(&r->followed);
    struct favorite_are_liked_req likes = {look->c->user_id, r->liked};
    struct relation_are_followed_req follows = {look->c->user_id, r->followed};

    if (r->liked.count) {
        favorite_are_liked_start(look->g->deps.services.favorite, r->quick, &likes, &r->found_liked,
                                 &look->calls);
        r->liked_call = latest(look);
    }
    if (r->followed.count || wants(look, WANT_HIDDEN)) {
        relation_are_followed_start(look->g->deps.services.relation, r->quick, &follows,
                                    &r->found_followed, &look->calls);
        r->followed_call = latest(look);
    }
}

void look_round_start(struct look_round *r)
{
    r->quick = hurried(r->look->c);
    ask_login(r);
    ask_users(r);
    ask_videos(r);
    ask_flags(r);
}

/* ---- finding ---- */

/* Both begin with their id, as what was asked for does. */
static_assert(offsetof(struct user_profile, id) == 0 && offsetof(struct video_item, id) == 0,
              "found by their first member");

static const void *find(const void *found, size_t count, size_t size, int64_t id)
{
    return count ? bsearch(&id, found, count, size, compare_ids) : NULL;
}

const struct user_profile *look_round_user(const struct look_round *r, int64_t id)
{
    const struct user_profile_list users = r->found_users.users;

    return find(users.at, users.count, sizeof(*users.at), id);
}

const struct video_item *look_round_video(const struct look_round *r, int64_t id)
{
    const struct video_item_list videos = r->found_videos.videos;

    return find(videos.at, videos.count, sizeof(*videos.at), id);
}

bool look_round_flag(struct i64_list asked, struct bool_list found, int64_t id)
{
    const int64_t *at = bsearch(&id, asked.at, asked.count, sizeof(*asked.at), compare_ids);

    return at && (size_t)(at - asked.at) < found.count && found.at[at - asked.at];
}

bool look_round_hides(const struct relation_hidden *hidden, enum relation_kind kind, int64_t id)
{
    const struct i64_list none = {0}, of = kind == RELATION_USER      ? hidden->user_ids
                                           : kind == RELATION_VIDEO   ? hidden->video_ids
                                           : kind == RELATION_COMMENT ? hidden->comment_ids
                                                                      : none;

    for (size_t i = 0; i < of.count; i++)
        if (of.at[i] == id)
            return true;
    return false;
}
