/* Tests of blocks: who has nothing to do with whom, and what is hidden. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

static struct err *follow(struct world *w, int64_t user, int64_t target, bool following)
{
    struct relation_set_req req = {user, target, following};
    struct relation_set_resp resp;

    return relation_set(w->api.relation, &w->ctx, &req, &resp);
}

static struct i64_list following(struct world *w, int64_t user)
{
    struct relation_list_req req = {.user_id = user, .limit = LIST_MAX};
    struct relation_list_resp resp = {0};

    assert_ok(&w->ctx, relation_list_following(w->api.relation, &w->ctx, &req, &resp));
    return resp.user_ids;
}

static void check_counts(struct world *w, int64_t user, int64_t follows, int64_t followed_by)
{
    struct user_profile p = world_profile(w, user);

    assert_int_equal(p.follow_count, follows);
    assert_int_equal(p.follower_count, followed_by);
}

static struct err *set_block(struct world *w, int64_t user, int64_t target, bool blocked,
                             bool *changed)
{
    struct relation_set_block_req req = {user, target, blocked};
    struct relation_set_block_resp resp = {0};

    TRY(relation_set_block(w->api.relation, &w->ctx, &req, &resp));
    *changed = resp.changed;
    return NULL;
}

static bool block(struct world *w, int64_t user, int64_t target)
{
    bool changed = false;

    assert_ok(&w->ctx, set_block(w, user, target, true, &changed));
    return changed;
}

static bool unblock(struct world *w, int64_t user, int64_t target)
{
    bool changed = false;

    assert_ok(&w->ctx, set_block(w, user, target, false, &changed));
    return changed;
}

static struct err *meet(struct world *w, int64_t user, int64_t other)
{
    struct relation_check_contact_req req = {user, other};
    struct relation_check_contact_resp resp;

    return relation_check_contact(w->api.relation, &w->ctx, &req, &resp);
}

static struct relation_hidden hidden_from(struct world *w, int64_t viewer)
{
    struct relation_get_hidden_req req = {viewer};
    struct relation_hidden found = {0};

    assert_ok(&w->ctx, relation_get_hidden(w->api.relation, &w->ctx, &req, &found));
    return found;
}

static struct i64_list blocked_by(struct world *w, int64_t user)
{
    struct relation_list_req req = {.user_id = user, .limit = BLOCKS_MAX};
    struct relation_list_resp resp = {0};

    assert_ok(&w->ctx, relation_list_blocked(w->api.relation, &w->ctx, &req, &resp));
    return resp.user_ids;
}

static void a_block_ends_follows_of_both_sides(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    world_follow(w, ann, bob, true);
    world_follow(w, bob, ann, true);
    assert_true(block(w, ann, bob));
    assert_ids(following(w, ann));
    assert_ids(following(w, bob));
    check_counts(w, ann, 0, 0);
    check_counts(w, bob, 0, 0);
}

static void who_is_blocked_or_has_blocked_cannot_follow(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    block(w, ann, bob);
    assert_reason(follow(w, ann, bob, true), ERR_FORBIDDEN, "blocked");
    assert_reason(follow(w, bob, ann, true), ERR_FORBIDDEN, "blocked");
    world_follow(w, bob, ann, false);
    assert_true(unblock(w, ann, bob));
    world_follow(w, bob, ann, true);
}

static void contact_ends_with_a_block_and_comes_back_without(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");

    assert_ok(&w->ctx, meet(w, ann, bob));
    block(w, ann, bob);
    assert_reason(meet(w, ann, bob), ERR_FORBIDDEN, "blocked");
    assert_reason(meet(w, bob, ann), ERR_FORBIDDEN, "blocked");
    assert_ok(&w->ctx, meet(w, ann, eve));
    assert_ok(&w->ctx, meet(w, bob, eve));
    unblock(w, ann, bob);
    assert_ok(&w->ctx, meet(w, bob, ann));
}

static void a_block_of_each_other_lasts_until_both_are_lifted(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    block(w, ann, bob);
    block(w, bob, ann);
    unblock(w, ann, bob);
    assert_reason(meet(w, ann, bob), ERR_FORBIDDEN, "blocked");
    unblock(w, bob, ann);
    assert_ok(&w->ctx, meet(w, ann, bob));
}

static void blocking_twice_counts_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    assert_true(block(w, ann, bob));
    assert_false(block(w, ann, bob));
    assert_ids(blocked_by(w, ann), bob);
    assert_ids(hidden_from(w, ann).user_ids, bob);
    assert_ids(hidden_from(w, bob).user_ids);
    assert_int_equal(world_told(w, &relation_wish_type, CHANGE_INSERT), 1);
    assert_true(unblock(w, ann, bob));
    assert_false(unblock(w, ann, bob));
    assert_ids(blocked_by(w, ann));
    assert_int_equal(world_told(w, &relation_wish_type, CHANGE_DELETE), 1);
}

static void nobody_blocks_himself_or_who_is_not_there(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    bool changed;

    assert_int_equal(set_block(w, ann, ann, true, &changed)->code, ERR_INVALID);
    assert_reason(set_block(w, ann, ann + 1000, true, &changed), ERR_NOT_FOUND, "user_not_found");
    assert_ids(blocked_by(w, ann));
}

static void at_most_500_people_are_blocked(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    bool changed;

    block(w, ann, bob);
    for (int64_t i = 1; i < BLOCKS_MAX; i++)
        world_change(w, arena_printf(&w->arena,
                                     "INSERT INTO relation_hidden (user_id, kind, target_id,"
                                     " created_at) VALUES (%lld, 1, %lld, 1)",
                                     (long long)ann, (long long)eve + i));
    assert_reason(set_block(w, ann, eve, true, &changed), ERR_PRECONDITION, "quota_used_up");
    assert_false(block(w, ann, bob));
    assert_int_equal(hidden_from(w, ann).user_ids.count, BLOCKS_MAX);
    unblock(w, ann, bob);
    assert_true(block(w, ann, eve));
}

static void flags_tell_what_is_hidden_as_well(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    struct relation_are_followed_req req = {.viewer_id = ann, .user_ids = {&eve, 1}};
    struct relation_are_followed_resp resp = {0};

    world_follow(w, ann, eve, true);
    block(w, ann, bob);
    assert_ok(&w->ctx, relation_are_followed(w->api.relation, &w->ctx, &req, &resp));
    assert_true(resp.followed.at[0]);
    assert_ids(resp.hidden->user_ids, bob);
    req.user_ids.count = 0;
    assert_ok(&w->ctx, relation_are_followed(w->api.relation, &w->ctx, &req, &resp));
    assert_ids(resp.hidden->user_ids, bob);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_block_ends_follows_of_both_sides),
        WORLD_TEST(who_is_blocked_or_has_blocked_cannot_follow),
        WORLD_TEST(contact_ends_with_a_block_and_comes_back_without),
        WORLD_TEST(a_block_of_each_other_lasts_until_both_are_lifted),
        WORLD_TEST(blocking_twice_counts_once),
        WORLD_TEST(nobody_blocks_himself_or_who_is_not_there),
        WORLD_TEST(at_most_500_people_are_blocked),
        WORLD_TEST(flags_tell_what_is_hidden_as_well),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
