/* Tests of the favorite service: likes, their order, what they count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>
#include <stdlib.h>

#include "limits.h"

enum { THREADS = 4, EACH = 20, STEPS = 300 };

static struct err *set(struct world *w, int64_t user, int64_t video, bool liked, bool *changed)
{
    struct favorite_set_req req = {.user_id = user, .video_id = video, .liked = liked};
    struct favorite_set_resp resp = {0};

    TRY(favorite_set(w->api.favorite, &w->ctx, &req, &resp));
    *changed = resp.changed;
    return NULL;
}

static bool like(struct world *w, int64_t user, int64_t video)
{
    bool changed = false;

    assert_ok(&w->ctx, set(w, user, video, true, &changed));
    return changed;
}

static bool unlike(struct world *w, int64_t user, int64_t video)
{
    bool changed = false;

    assert_ok(&w->ctx, set(w, user, video, false, &changed));
    return changed;
}

static struct i64_list list(struct world *w, int64_t user, int64_t limit)
{
    struct favorite_list_req req = {.user_id = user, .limit = limit};
    struct favorite_list_resp resp = {0};

    assert_ok(&w->ctx, favorite_list(w->api.favorite, &w->ctx, &req, &resp));
    return resp.video_ids;
}

static struct bool_list flags(struct world *w, int64_t viewer, struct i64_list ids)
{
    struct favorite_are_liked_req req = {.viewer_id = viewer, .video_ids = ids};
    struct favorite_are_liked_resp resp = {0};

    assert_ok(&w->ctx, favorite_are_liked(w->api.favorite, &w->ctx, &req, &resp));
    assert_int_equal(resp.liked.count, ids.count);
    return resp.liked;
}

static void check_counts(struct world *w, int64_t user, int64_t author, int64_t video, int64_t want)
{
    assert_int_equal(world_profile(w, user).favorite_count, want);
    assert_int_equal(world_profile(w, author).total_favorited, want);
    assert_int_equal(world_item(w, video).favorite_count, want);
}

/* ---- liking ---- */

static void liking_twice_counts_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, bob);

    assert_true(like(w, ann, video));
    assert_false(like(w, ann, video));
    check_counts(w, ann, bob, video, 1);
    assert_int_equal(world_told(w, &favorite_mark_type, CHANGE_INSERT), 1);
    assert_int_equal(world_profile(w, ann).total_favorited, 0);
    assert_int_equal(world_profile(w, bob).favorite_count, 0);
}

static void unliking_takes_back_what_the_like_counted_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, bob);

    like(w, ann, video);
    assert_true(unlike(w, ann, video));
    assert_false(unlike(w, ann, video));
    check_counts(w, ann, bob, video, 0);
    assert_int_equal(world_told(w, &favorite_mark_type, CHANGE_DELETE), 1);
}

static void unliking_what_was_never_liked_changes_nothing(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, bob);
    like(w, bob, video);
    size_t told = world_told_all(w);

    assert_false(unlike(w, ann, video));
    assert_int_equal(world_told_all(w), told);
    assert_int_equal(world_item(w, video).favorite_count, 1);
}

static void ones_own_video_counts_on_both_sides(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    assert_true(like(w, ann, video));
    check_counts(w, ann, ann, video, 1);
}

static void a_video_that_is_not_there_cannot_be_liked(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    bool changed = false;

    assert_reason(set(w, ann, 4711, true, &changed), ERR_NOT_FOUND, "video_not_found");
    assert_reason(set(w, ann, 4711, false, &changed), ERR_NOT_FOUND, "video_not_found");
    assert_int_equal(world_told_all(w), 0);
    assert_int_equal(world_profile(w, ann).favorite_count, 0);
    assert_int_equal(list(w, ann, LIST_MAX).count, 0);
}

/* The count of a profile moves in the same transaction: when it cannot, nothing has happened. */
static void a_like_by_nobody_leaves_nothing(void **state)
{
    struct world *w = *state;
    int64_t bob = world_user(w, "bob"), video = world_video(w, bob);
    size_t told = world_told_all(w);
    bool changed = false;

    assert_reason(set(w, 4711, video, true, &changed), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(world_number(w, "SELECT count(*) FROM favorite_mark"), 0);
    assert_int_equal(world_item(w, video).favorite_count, 0);
    assert_int_equal(world_profile(w, bob).total_favorited, 0);
    assert_int_equal(world_told_all(w), told);
}

/* ---- lists ---- */

static void the_latest_like_stands_first(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    int64_t a = world_video(w, ann), b = world_video(w, ann), d = world_video(w, ann);

    test_clock_stop(1000);
    like(w, ann, d);
    test_clock_stop(2000);
    like(w, ann, a);
    test_clock_stop(3000);
    like(w, ann, b);
    assert_ids(list(w, ann, LIST_MAX), b, a, d);
    assert_ids(list(w, ann, 2), b, a);
}

static void liking_again_does_not_move_a_like_but_unliking_first_does(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);

    test_clock_stop(1000);
    like(w, ann, a);
    test_clock_stop(2000);
    like(w, ann, b);
    test_clock_stop(3000);
    like(w, ann, a);
    assert_ids(list(w, ann, LIST_MAX), b, a);
    unlike(w, ann, a);
    assert_ids(list(w, ann, LIST_MAX), b);
    like(w, ann, a);
    assert_ids(list(w, ann, LIST_MAX), a, b);
}

static void likes_of_one_moment_are_ordered_by_video(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    int64_t a = world_video(w, ann), b = world_video(w, ann), d = world_video(w, ann);

    test_clock_stop(1000);
    like(w, ann, b);
    like(w, ann, d);
    like(w, ann, a);
    assert_ids(list(w, ann, LIST_MAX), d, b, a);
}

static void a_list_holds_only_ones_own_likes(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    int64_t a = world_video(w, ann), b = world_video(w, ann);

    like(w, ann, a);
    like(w, bob, b);
    assert_ids(list(w, ann, LIST_MAX), a);
    assert_ids(list(w, bob, LIST_MAX), b);
    assert_int_equal(list(w, 4711, LIST_MAX).count, 0);
}

/* ---- flags ---- */

static void flags_come_in_the_order_asked(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    int64_t a = world_video(w, ann), b = world_video(w, ann);
    int64_t ids[] = {b, a, 4711, a};

    like(w, ann, a);
    like(w, bob, b);
    struct bool_list got = flags(w, ann, (struct i64_list){ids, COUNT(ids)});

    assert_false(got.at[0]);
    assert_true(got.at[1]);
    assert_false(got.at[2]);
    assert_true(got.at[3]);
    assert_false(flags(w, 0, (struct i64_list){ids, COUNT(ids)}).at[1]);
    assert_int_equal(flags(w, ann, (struct i64_list){0}).count, 0);
}

static void at_most_500_flags_are_asked_for_at_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), ids[IDS_MAX + 1] = {0};
    struct favorite_are_liked_req req = {.viewer_id = ann, .video_ids = {ids, IDS_MAX + 1}};
    struct favorite_are_liked_resp resp = {0};

    ids[IDS_MAX - 1] = world_video(w, ann);
    like(w, ann, ids[IDS_MAX - 1]);
    assert_err(favorite_are_liked(w->api.favorite, &w->ctx, &req, &resp), ERR_INVALID);
    assert_int_equal(resp.liked.count, 0);
    assert_true(flags(w, ann, (struct i64_list){ids, IDS_MAX}).at[IDS_MAX - 1]);
}

/* ---- counts ---- */

static void check_truth(struct world *w)
{
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_count WHERE favorite_count <>"
                                     " (SELECT count(*) FROM favorite_mark AS m"
                                     " WHERE m.video_id = video_count.video_id)"),
                     0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_count WHERE favorite_count <>"
                                     " (SELECT count(*) FROM favorite_mark AS m"
                                     " WHERE m.user_id = user_count.user_id)"),
                     0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_count WHERE total_favorited <>"
                                     " (SELECT count(*) FROM favorite_mark AS m"
                                     " JOIN video_item AS v ON v.id = m.video_id"
                                     " WHERE v.author_id = user_count.user_id)"),
                     0);
}

static void whatever_people_do_counts_equal_the_rows(void **state)
{
    struct world *w = *state;
    int64_t users[3] = {world_user(w, "ann"), world_user(w, "bob"), world_user(w, "eve")};
    int64_t videos[4];
    uint32_t dice = 1;

    for (size_t i = 0; i < COUNT(videos); i++)
        videos[i] = world_video(w, users[i % COUNT(users)]);
    for (size_t i = 0; i < STEPS; i++) {
        dice = dice * 1664525 + 1013904223;
        world_like(w, users[(dice >> 8) % COUNT(users)], videos[(dice >> 16) % COUNT(videos)],
                   dice >> 31);
    }
    assert_true(world_number(w, "SELECT count(*) FROM favorite_mark") > 0);
    check_truth(w);
}

struct racer {
    pthread_t thread;
    struct world *w;
    int64_t user, video;
    size_t changes;
};

static void *like_and_unlike(void *arg)
{
    struct racer *r = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    for (size_t i = 0; i <= (size_t)2 * EACH; i++) { /* ends with a like */
        struct favorite_set_req req = {r->user, r->video, i % 2 == 0};
        struct favorite_set_resp resp = {0};

        if (favorite_set(r->w->api.favorite, &c, &req, &resp))
            abort();
        r->changes += resp.changed;
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

static void of_likes_by_one_person_at_once_one_counts(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct racer racers[THREADS] = {0};
    size_t changes = 0;

    for (size_t i = 0; i < THREADS; i++) {
        racers[i] = (struct racer){.w = w, .user = ann, .video = video};
        assert_int_equal(pthread_create(&racers[i].thread, NULL, like_and_unlike, &racers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
        changes += racers[i].changes;
    }
    check_counts(w, ann, ann, video, world_number(w, "SELECT count(*) FROM favorite_mark"));
    assert_int_equal(world_told(w, &favorite_mark_type, CHANGE_INSERT) +
                         world_told(w, &favorite_mark_type, CHANGE_DELETE),
                     changes);
}

/* ---- a database of its own ---- */

static void it_works_on_a_database_of_its_own(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct changes *changes = changes_create();
    struct favorite_api *alone =
        favorite_create(world_alone(w, favorite_migrations), changes, w->api.video, w->api.user);
    struct world own = {.api.favorite = alone, .ctx = {.arena = &w->arena}};

    assert_true(like(&own, ann, video));
    assert_ids(list(&own, ann, LIST_MAX), video);
    assert_true(flags(&own, ann, (struct i64_list){&video, 1}).at[0]);
    assert_true(unlike(&own, ann, video));
    assert_int_equal(list(&own, ann, LIST_MAX).count, 0);
    favorite_destroy(alone);
    changes_destroy(changes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(liking_twice_counts_once),
        WORLD_TEST(unliking_takes_back_what_the_like_counted_once),
        WORLD_TEST(unliking_what_was_never_liked_changes_nothing),
        WORLD_TEST(ones_own_video_counts_on_both_sides),
        WORLD_TEST(a_video_that_is_not_there_cannot_be_liked),
        WORLD_TEST(a_like_by_nobody_leaves_nothing),
        WORLD_TEST(the_latest_like_stands_first),
        WORLD_TEST(liking_again_does_not_move_a_like_but_unliking_first_does),
        WORLD_TEST(likes_of_one_moment_are_ordered_by_video),
        WORLD_TEST(a_list_holds_only_ones_own_likes),
        WORLD_TEST(flags_come_in_the_order_asked),
        WORLD_TEST(at_most_500_flags_are_asked_for_at_once),
        WORLD_TEST(whatever_people_do_counts_equal_the_rows),
        WORLD_TEST(of_likes_by_one_person_at_once_one_counts),
        WORLD_TEST(it_works_on_a_database_of_its_own),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
