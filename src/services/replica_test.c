/* Tests of lists that a replica may answer: those of others, and nobody's own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "scratch_db.h"
#include "world.h"

enum { ANN = 1, BOB = 2 };

/* Services on a database whose replica has heard of nothing yet. */
struct lagging {
    struct world *w; /* that of the test: for its context */
    struct sql *db, *late;
    struct changes *changes;
    struct favorite_api *favorite;
    struct video_api *video;
    struct relation_api *relation;
};

static struct str make_place(struct world *w, const char *name, struct sql **out)
{
    const struct migration_list all[] = {sequence_migrations, bus_migrations, video_migrations,
                                         favorite_migrations, relation_migrations};
    struct str place = scratch_server_place(&w->ctx, name, false);

    *out = scratch_db(&w->ctx, place);
    assert_ok(&w->ctx, migrate(*out, &w->ctx, all, COUNT(all)));
    return place;
}

static struct lagging lagging_open(struct world *w)
{
    struct lagging l = {.w = w, .changes = changes_create()};
    struct sql_options options = sql_defaults;
    struct str place = make_place(w, "primary", &l.db);

    options.replica = make_place(w, "replica", &l.late);
    sql_close(l.db);
    assert_ok(&w->ctx, sql_open(&w->ctx, place, &options, &l.db));
    l.favorite = favorite_create(l.db, l.changes, w->api.video, w->api.user);
    l.video = video_create(l.db, l.changes, w->bus, &(struct video_quota){0});
    l.relation = relation_create(l.db, l.changes, w->api.user);
    scratch_do(&w->ctx, l.db,
               "INSERT INTO favorite_mark VALUES (1, 5, 2, 1000);"
               "INSERT INTO relation_edge VALUES (1, 2, 1000);"
               "INSERT INTO video_item (id, author_id, title, created_at, shown, state, asset,"
               " generation, original, play, hls, cover, cover_webp, width, height, duration_ms)"
               " VALUES (5, 1, 'x', 1000, 1, 2, 'a', 0, '', '', '', '', '', 1, 1, 1)");
    return l;
}

static void lagging_close(struct lagging *l)
{
    relation_destroy(l->relation);
    video_destroy(l->video);
    favorite_destroy(l->favorite);
    changes_destroy(l->changes);
    sql_close(l->db);
    sql_close(l->late);
}

static size_t likes_of_ann(struct lagging *l)
{
    struct favorite_list_req req = {.user_id = ANN, .limit = 10};
    struct favorite_list_resp resp = {0};

    assert_ok(&l->w->ctx, favorite_list(l->favorite, &l->w->ctx, &req, &resp));
    return resp.video_ids.count;
}

static size_t videos_of_ann(struct lagging *l)
{
    struct video_list_by_author_req req = {.author_id = ANN, .limit = 10};
    struct video_list_resp resp = {0};

    assert_ok(&l->w->ctx, video_list_by_author(l->video, &l->w->ctx, &req, &resp));
    return resp.ids.count;
}

static size_t followed_by_ann(struct lagging *l)
{
    struct relation_list_req req = {.user_id = ANN, .limit = 10};
    struct relation_list_resp resp = {0};

    assert_ok(&l->w->ctx, relation_list_following(l->relation, &l->w->ctx, &req, &resp));
    return resp.user_ids.count;
}

/* Who follows Bob: whoever asks may have begun to. */
static size_t followers_of_bob(struct lagging *l)
{
    struct relation_list_req req = {.user_id = BOB, .limit = 10};
    struct relation_list_resp resp = {0};

    assert_ok(&l->w->ctx, relation_list_followers(l->relation, &l->w->ctx, &req, &resp));
    return resp.user_ids.count;
}

static void what_one_wrote_himself_never_comes_from_a_replica(void **state)
{
    struct lagging l = lagging_open(*state);

    for (int64_t who = 0; who <= ANN; who += ANN) { /* 0: nobody says who asks */
        l.w->ctx.user_id = who;
        assert_int_equal(likes_of_ann(&l), 1);
        assert_int_equal(videos_of_ann(&l), 1);
        assert_int_equal(followed_by_ann(&l), 1);
        assert_int_equal(followers_of_bob(&l), 1);
    }
    assert_int_equal(sql_stats(l.db).stale_reads, 0);
    lagging_close(&l);
}

static void lists_of_others_may_lag(void **state)
{
    struct lagging l = lagging_open(*state);

    l.w->ctx.user_id = BOB;
    assert_int_equal(likes_of_ann(&l), 0);
    assert_int_equal(videos_of_ann(&l), 0);
    assert_int_equal(followed_by_ann(&l), 0);
    assert_int_equal(followers_of_bob(&l), 1);
    lagging_close(&l);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(what_one_wrote_himself_never_comes_from_a_replica),
        WORLD_TEST(lists_of_others_may_lag),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
