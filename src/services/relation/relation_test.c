/* Tests of the relation service: follows, friends, what they count. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

enum { STEPS = 300 };

/* Any of the three lists. */
typedef struct err *lister(struct relation_api *api, struct ctx *c,
                           const struct relation_list_req *req, struct relation_list_resp *resp);

static struct err *set(struct world *w, int64_t user, int64_t target, bool following, bool *changed)
{
    struct relation_set_req req = {user, target, following};
    struct relation_set_resp resp = {0};

    TRY(relation_set(w->api.relation, &w->ctx, &req, &resp));
    *changed = resp.changed;
    return NULL;
}

static bool follow(struct world *w, int64_t user, int64_t target)
{
    bool changed = false;

    assert_ok(&w->ctx, set(w, user, target, true, &changed));
    return changed;
}

static bool unfollow(struct world *w, int64_t user, int64_t target)
{
    bool changed = false;

    assert_ok(&w->ctx, set(w, user, target, false, &changed));
    return changed;
}

static struct i64_list list(struct world *w, lister *which, int64_t user, int64_t limit)
{
    struct relation_list_req req = {.user_id = user, .limit = limit};
    struct relation_list_resp resp = {0};

    assert_ok(&w->ctx, which(w->api.relation, &w->ctx, &req, &resp));
    return resp.user_ids;
}

static struct i64_list following(struct world *w, int64_t user)
{
    return list(w, relation_list_following, user, LIST_MAX);
}

static struct i64_list followers(struct world *w, int64_t user)
{
    return list(w, relation_list_followers, user, LIST_MAX);
}

static struct i64_list friends(struct world *w, int64_t user)
{
    return list(w, relation_list_friends, user, LIST_MAX);
}

static struct bool_list flags(struct world *w, int64_t viewer, struct i64_list ids)
{
    struct relation_are_followed_req req = {.viewer_id = viewer, .user_ids = ids};
    struct relation_are_followed_resp resp = {0};

    assert_ok(&w->ctx, relation_are_followed(w->api.relation, &w->ctx, &req, &resp));
    assert_int_equal(resp.followed.count, ids.count);
    return resp.followed;
}

static void check_counts(struct world *w, int64_t user, int64_t follows, int64_t followed_by)
{
    struct user_profile p = world_profile(w, user);

    assert_int_equal(p.follow_count, follows);
    assert_int_equal(p.follower_count, followed_by);
}

/* ---- following ---- */

static void following_twice_counts_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    assert_true(follow(w, ann, bob));
    assert_false(follow(w, ann, bob));
    check_counts(w, ann, 1, 0);
    check_counts(w, bob, 0, 1);
    assert_int_equal(world_told(w, &relation_edge_type, CHANGE_INSERT), 1);
}

static void unfollowing_takes_back_what_the_follow_counted_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    follow(w, ann, bob);
    assert_true(unfollow(w, ann, bob));
    assert_false(unfollow(w, ann, bob));
    check_counts(w, ann, 0, 0);
    check_counts(w, bob, 0, 0);
    assert_int_equal(world_told(w, &relation_edge_type, CHANGE_DELETE), 1);
}

static void unfollowing_who_follows_oneself_changes_nothing(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    follow(w, ann, bob);
    assert_false(unfollow(w, bob, ann));
    assert_ids(following(w, ann), bob);
    check_counts(w, ann, 1, 0);
    check_counts(w, bob, 0, 1);
}

static void nobody_follows_himself(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    bool changed = false;

    assert_reason(set(w, ann, ann, true, &changed), ERR_INVALID, "self_follow");
    assert_reason(set(w, ann, ann, false, &changed), ERR_INVALID, "self_follow");
    assert_reason(set(w, 4711, 4711, true, &changed), ERR_INVALID, "self_follow");
    assert_int_equal(world_told_all(w), 0);
}

static void who_is_not_there_cannot_be_followed(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    bool changed = false;

    assert_reason(set(w, ann, 4711, true, &changed), ERR_NOT_FOUND, "user_not_found");
    assert_reason(set(w, ann, 4711, false, &changed), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(following(w, ann).count, 0);
    assert_int_equal(world_told_all(w), 0);
}

/* The count of a profile moves in the same transaction: when it cannot, nothing has happened. */
static void a_follow_by_nobody_leaves_nothing(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    bool changed = false;

    assert_reason(set(w, 4711, ann, true, &changed), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(world_number(w, "SELECT count(*) FROM relation_edge"), 0);
    check_counts(w, ann, 0, 0);
    assert_int_equal(world_told_all(w), 0);
}

/* ---- lists ---- */

static void the_latest_follow_stands_first(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    int64_t joe = world_user(w, "joe");

    test_clock_stop(1000);
    follow(w, ann, joe);
    follow(w, eve, ann);
    test_clock_stop(2000);
    follow(w, ann, bob);
    follow(w, bob, ann);
    test_clock_stop(3000);
    follow(w, ann, eve);
    follow(w, joe, ann);
    assert_ids(following(w, ann), eve, bob, joe);
    assert_ids(followers(w, ann), joe, bob, eve);
    assert_ids(list(w, relation_list_following, ann, 2), eve, bob);
    assert_ids(list(w, relation_list_followers, ann, 1), joe);
    follow(w, ann, joe); /* again: he stays where he is */
    assert_ids(following(w, ann), eve, bob, joe);
}

static void follows_of_one_moment_are_ordered_by_user(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");

    test_clock_stop(1000);
    follow(w, ann, eve);
    follow(w, ann, bob);
    follow(w, eve, ann);
    follow(w, bob, ann);
    assert_ids(following(w, ann), eve, bob);
    assert_ids(followers(w, ann), eve, bob);
    assert_ids(friends(w, ann), eve, bob);
}

static void lists_of_nobody_are_empty(void **state)
{
    struct world *w = *state;

    follow(w, world_user(w, "ann"), world_user(w, "bob"));
    assert_int_equal(following(w, 4711).count, 0);
    assert_int_equal(followers(w, 4711).count, 0);
    assert_int_equal(friends(w, 4711).count, 0);
}

static void friends_are_those_who_follow_back(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");

    follow(w, ann, bob);
    follow(w, ann, eve);
    assert_int_equal(friends(w, ann).count, 0);
    follow(w, bob, ann);
    assert_ids(friends(w, ann), bob);
    assert_ids(friends(w, bob), ann);
    assert_int_equal(friends(w, eve).count, 0);
    unfollow(w, ann, bob);
    assert_int_equal(friends(w, ann).count, 0);
    assert_int_equal(friends(w, bob).count, 0);
}

static void friends_are_ordered_by_ones_own_follow(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");

    test_clock_stop(1000);
    follow(w, ann, eve);
    follow(w, bob, ann);
    test_clock_stop(2000);
    follow(w, ann, bob);
    test_clock_stop(3000);
    follow(w, eve, ann);
    assert_ids(friends(w, ann), bob, eve);
    assert_ids(list(w, relation_list_friends, ann, 1), bob);
}

/* ---- flags ---- */

static void flags_come_in_the_order_asked(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    int64_t ids[] = {eve, bob, 4711, ann, bob};

    follow(w, ann, bob);
    follow(w, eve, ann);
    struct bool_list got = flags(w, ann, (struct i64_list){ids, COUNT(ids)});

    assert_false(got.at[0]); /* she follows ann, not the other way round */
    assert_true(got.at[1]);
    assert_false(got.at[2]);
    assert_false(got.at[3]);
    assert_true(got.at[4]);
    assert_false(flags(w, 0, (struct i64_list){ids, COUNT(ids)}).at[1]);
    assert_int_equal(flags(w, ann, (struct i64_list){0}).count, 0);
}

static void at_most_500_flags_are_asked_for_at_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), ids[IDS_MAX + 1] = {0};
    struct relation_are_followed_req req = {.viewer_id = ann, .user_ids = {ids, IDS_MAX + 1}};
    struct relation_are_followed_resp resp = {0};

    ids[IDS_MAX - 1] = world_user(w, "bob");
    follow(w, ann, ids[IDS_MAX - 1]);
    assert_err(relation_are_followed(w->api.relation, &w->ctx, &req, &resp), ERR_INVALID);
    assert_int_equal(resp.followed.count, 0);
    assert_true(flags(w, ann, (struct i64_list){ids, IDS_MAX}).at[IDS_MAX - 1]);
}

/* ---- counts ---- */

static void whatever_people_do_counts_equal_the_rows(void **state)
{
    struct world *w = *state;
    int64_t users[] = {world_user(w, "ann"), world_user(w, "bob"), world_user(w, "eve"),
                       world_user(w, "joe")};
    uint32_t dice = 1;

    for (size_t i = 0; i < STEPS; i++) {
        dice = dice * 1664525 + 1013904223;
        size_t who = (dice >> 8) % COUNT(users), whom = (who + 1 + (dice >> 16) % 3) % COUNT(users);

        world_follow(w, users[who], users[whom], dice >> 31);
    }
    assert_true(world_number(w, "SELECT count(*) FROM relation_edge") > 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_count WHERE follow_count <>"
                                     " (SELECT count(*) FROM relation_edge AS e"
                                     " WHERE e.user_id = user_count.user_id)"),
                     0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_count WHERE follower_count <>"
                                     " (SELECT count(*) FROM relation_edge AS e"
                                     " WHERE e.target_id = user_count.user_id)"),
                     0);
}

/* ---- a database of its own ---- */

static void it_works_on_a_database_of_its_own(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct changes *changes = changes_create();
    struct relation_api *alone =
        relation_create(world_alone(w, relation_migrations), changes, w->api.user);
    struct world own = {.api.relation = alone, .ctx = {.arena = &w->arena}};

    assert_true(follow(&own, ann, bob));
    assert_true(follow(&own, bob, ann));
    assert_ids(following(&own, ann), bob);
    assert_ids(followers(&own, ann), bob);
    assert_ids(friends(&own, ann), bob);
    assert_true(flags(&own, ann, (struct i64_list){&bob, 1}).at[0]);
    assert_true(unfollow(&own, ann, bob));
    relation_destroy(alone);
    changes_destroy(changes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(following_twice_counts_once),
        WORLD_TEST(unfollowing_takes_back_what_the_follow_counted_once),
        WORLD_TEST(unfollowing_who_follows_oneself_changes_nothing),
        WORLD_TEST(nobody_follows_himself),
        WORLD_TEST(who_is_not_there_cannot_be_followed),
        WORLD_TEST(a_follow_by_nobody_leaves_nothing),
        WORLD_TEST(the_latest_follow_stands_first),
        WORLD_TEST(follows_of_one_moment_are_ordered_by_user),
        WORLD_TEST(lists_of_nobody_are_empty),
        WORLD_TEST(friends_are_those_who_follow_back),
        WORLD_TEST(friends_are_ordered_by_ones_own_follow),
        WORLD_TEST(flags_come_in_the_order_asked),
        WORLD_TEST(at_most_500_flags_are_asked_for_at_once),
        WORLD_TEST(whatever_people_do_counts_equal_the_rows),
        WORLD_TEST(it_works_on_a_database_of_its_own),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
