/* The near cache in a little world, for its tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_FIXTURE_H
#define NEAR_FIXTURE_H

#include <stdlib.h>

#include "near.h"
#include "world.h"

enum { NEAR_FIXTURE_ROOM = 64 << 20 };

/* Made anew for every test. */
struct fixture {
    struct world *w;
    struct near *near;
};

static inline struct near *make_near(struct world *w, size_t bytes)
{
    const struct services services = {w->api.user,     w->api.report,  w->api.video,
                                      w->api.favorite, w->api.comment, w->api.relation,
                                      w->api.message,  w->api.notice};

    return near_create(&services, w->changes, bytes);
}

static inline int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof(*f));
    void *world;

    if (!f || world_setup(&world) != 0)
        abort();
    f->w = world;
    f->near = make_near(f->w, NEAR_FIXTURE_ROOM);
    sql_on_batch(f->w->db, near_batch_committed, f->near);
    *state = f;
    return 0;
}

static inline int teardown(void **state)
{
    struct fixture *f = *state;
    struct near *near = f->near;
    void *world = f->w;
    int failed = world_teardown(&world); /* first: its last batch may tell the cache */

    near_destroy(near);
    free(f);
    return failed;
}

/* ---- asking ---- */

static inline struct user_view user_of(struct fixture *f, int64_t id)
{
    struct user_view view;

    assert_ok(&f->w->ctx, near_users(f->near, &f->w->ctx, (struct i64_list){&id, 1}, &view));
    return view;
}

static inline struct video_view video_of(struct fixture *f, int64_t id)
{
    struct video_view view;

    assert_ok(&f->w->ctx, near_videos(f->near, &f->w->ctx, (struct i64_list){&id, 1}, &view));
    return view;
}

static inline int64_t session_of(struct fixture *f, int64_t id)
{
    int64_t session = -1;

    assert_ok(&f->w->ctx, near_session(f->near, &f->w->ctx, id, &session));
    return session;
}

static inline bool likes(struct fixture *f, int64_t viewer, int64_t video)
{
    bool liked = true;

    assert_ok(&f->w->ctx,
              near_liked(f->near, &f->w->ctx, viewer, (struct i64_list){&video, 1}, &liked));
    return liked;
}

static inline bool follows(struct fixture *f, int64_t viewer, int64_t user)
{
    bool followed = true;

    assert_ok(&f->w->ctx,
              near_followed(f->near, &f->w->ctx, viewer, (struct i64_list){&user, 1}, &followed));
    return followed;
}

static inline struct message_state chat_of(struct fixture *f, int64_t viewer, int64_t peer)
{
    struct message_state state = {0};

    assert_ok(&f->w->ctx, near_chat(f->near, &f->w->ctx, viewer, peer, &state));
    return state;
}

#define NEAR_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

#endif
