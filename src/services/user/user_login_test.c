/* Tests of the user service: browsers in which somebody is signed in. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"
#include "user_api.h"

enum { START_MS = 1700000000 };
static const int64_t start_ms = (int64_t)START_MS * 1000;

static int clock_teardown(void **state)
{
    test_clock_run();
    return world_teardown(state);
}
#define LOGIN_TEST(fn) cmocka_unit_test_setup_teardown(fn, world_setup, clock_teardown)

static struct str hash_of(struct world *w, int64_t id)
{
    return arena_str(&w->arena, "hash-%lld", (long long)id);
}

static struct err *add(struct world *w, int64_t user, int64_t id, int64_t session, struct str agent)
{
    struct user_add_login_req req = {user, id, hash_of(w, id), session, agent};
    struct user_add_login_resp resp = {0};

    return user_add_login(w->api.user, &w->ctx, &req, &resp);
}

static struct user_login find(struct world *w, int64_t user, int64_t id, struct str hash)
{
    struct user_find_login_req req = {user, id, hash};
    struct user_login found = {0};

    assert_ok(&w->ctx, user_find_login(w->api.user, &w->ctx, &req, &found));
    return found;
}

static bool holds(struct world *w, int64_t user, int64_t id)
{
    return find(w, user, id, hash_of(w, id)).id != 0;
}

static struct user_login_list all(struct world *w, int64_t user)
{
    struct user_list_logins_req req = {user};
    struct user_list_logins_resp resp = {0};

    assert_ok(&w->ctx, user_list_logins(w->api.user, &w->ctx, &req, &resp));
    return resp.logins;
}

static void see(struct world *w, int64_t user, int64_t id)
{
    struct user_see_login_req req = {user, id};
    struct user_see_login_resp resp = {0};

    assert_ok(&w->ctx, user_see_login(w->api.user, &w->ctx, &req, &resp));
}

static void end(struct world *w, int64_t user, int64_t id)
{
    struct user_end_login_req req = {user, id, 0};
    struct user_end_login_resp resp = {0};

    assert_ok(&w->ctx, user_end_login(w->api.user, &w->ctx, &req, &resp));
}

static int64_t set_password(struct world *w, int64_t id, int64_t keep)
{
    struct user_set_password_req req = {id, STR("another hash"), keep};
    struct user_set_password_resp resp = {0};

    assert_ok(&w->ctx, user_set_password(w->api.user, &w->ctx, &req, &resp));
    return resp.session;
}

static void ban(struct world *w, int64_t id, bool banned)
{
    struct user_set_ban_req req = {id, banned, STR("")};
    struct user_set_ban_resp resp = {0};

    assert_ok(&w->ctx, user_set_ban(w->api.user, &w->ctx, &req, &resp));
}

static void a_login_is_found_by_all_of_its_key(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    test_clock_stop(start_ms);
    assert_ok(&w->ctx, add(w, ann, 7, 1, STR("a browser")));
    struct user_login got = find(w, ann, 7, hash_of(w, 7));

    assert_int_equal(got.user_id, ann);
    assert_int_equal(got.id, 7);
    assert_int_equal(got.session, 1);
    assert_str(got.agent, STR("a browser"));
    assert_int_equal(got.began_at, start_ms);
    assert_int_equal(got.seen_at, start_ms);
    assert_int_equal(find(w, ann, 7, STR("hash-8")).id, 0);
    assert_int_equal(find(w, ann, 7, STR("")).id, 0);
    assert_int_equal(find(w, ann, 8, hash_of(w, 7)).id, 0);
    assert_int_equal(find(w, bob, 7, hash_of(w, 7)).id, 0);
    assert_int_equal(find(w, 4711, 7, hash_of(w, 7)).id, 0);
}

static void a_login_needs_the_session_that_the_account_has_now(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    assert_reason(add(w, ann, 7, 2, STR("")), ERR_UNAUTHENTICATED, "bad_token");
    assert_reason(add(w, ann, 7, 0, STR("")), ERR_UNAUTHENTICATED, "bad_token");
    assert_reason(add(w, 4711, 7, 0, STR("")), ERR_UNAUTHENTICATED, "bad_token");
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_login"), 0);
}

static void of_too_many_the_one_away_for_longest_goes(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    for (int64_t i = 1; i <= LOGINS_MAX; i++) {
        test_clock_stop(start_ms + i);
        assert_ok(&w->ctx, add(w, ann, i, 1, STR("")));
    }
    test_clock_stop(start_ms + 1000);
    see(w, ann, 1);
    assert_int_equal(find(w, ann, 1, hash_of(w, 1)).seen_at, start_ms + 1000);
    assert_ok(&w->ctx, add(w, ann, 100, 1, STR("")));
    assert_int_equal(all(w, ann).count, LOGINS_MAX);
    assert_true(holds(w, ann, 1));
    assert_false(holds(w, ann, 2));
    assert_true(holds(w, ann, 100));
    assert_int_equal(world_told(w, &user_login_type, CHANGE_DELETE), 1);
}

static void logins_end_one_by_one(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    assert_ok(&w->ctx, add(w, ann, 7, 1, STR("")));
    assert_ok(&w->ctx, add(w, ann, 8, 1, STR("")));
    end(w, bob, 7);
    assert_true(holds(w, ann, 7));
    end(w, ann, 7);
    end(w, ann, 7);
    assert_false(holds(w, ann, 7));
    assert_true(holds(w, ann, 8));
    see(w, ann, 7); /* does not bring it back */
    assert_false(holds(w, ann, 7));
}

static void all_end_but_one(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct user_end_login_req req = {ann, 0, 2};
    struct user_end_login_resp resp = {0};

    for (int64_t id = 1; id <= 3; id++)
        assert_ok(&w->ctx, add(w, ann, id, 1, STR("")));
    assert_ok(&w->ctx, add(w, bob, 1, 1, STR("")));
    assert_ok(&w->ctx, user_end_login(w->api.user, &w->ctx, &req, &resp));
    assert_int_equal(all(w, ann).count, 1);
    assert_true(holds(w, ann, 2));
    assert_true(holds(w, bob, 1));
    assert_int_equal(world_told(w, &user_login_type, CHANGE_DELETE), 2);
}

static void a_new_password_ends_all_but_the_one_that_is_kept(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");

    for (int64_t id = 1; id <= 3; id++)
        assert_ok(&w->ctx, add(w, ann, id, 1, STR("")));
    assert_ok(&w->ctx, add(w, bob, 1, 1, STR("")));
    assert_int_equal(set_password(w, ann, 2), 2);
    assert_false(holds(w, ann, 1));
    assert_true(holds(w, ann, 2));
    assert_false(holds(w, ann, 3));
    assert_int_equal(find(w, ann, 2, hash_of(w, 2)).session, 2);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_login"), 2);
    set_password(w, ann, 0);
    assert_false(holds(w, ann, 2));
    assert_true(holds(w, bob, 1));
}

static void a_ban_ends_them_and_what_ended_is_not_kept_by_a_password(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    assert_ok(&w->ctx, add(w, ann, 7, 1, STR("")));
    ban(w, ann, true);
    assert_false(holds(w, ann, 7));
    assert_int_equal(all(w, ann).count, 0);
    ban(w, ann, false);
    assert_false(holds(w, ann, 7));
    set_password(w, ann, 7);
    assert_false(holds(w, ann, 7));
}

static void what_has_ended_makes_room_first(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    for (int64_t id = 1; id <= LOGINS_MAX; id++)
        assert_ok(&w->ctx, add(w, ann, id, 1, STR("")));
    ban(w, ann, true);
    ban(w, ann, false);
    assert_ok(&w->ctx, add(w, ann, 100, 2, STR("")));
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_login"), 1);
    assert_true(holds(w, ann, 100));
}

static void what_a_browser_calls_itself_is_cut_between_characters(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    const struct {
        struct str said, kept;
    } cases[] = {
        {STR(""), STR("")},
        {world_text(w, "x", AGENT_MAX_CHARS), world_text(w, "x", AGENT_MAX_CHARS)},
        {world_text(w, "x", AGENT_MAX_CHARS + 1), world_text(w, "x", AGENT_MAX_CHARS)},
        {world_text(w, "\xe7\x9f\xad", AGENT_MAX_CHARS + 1),
         world_text(w, "\xe7\x9f\xad", AGENT_MAX_CHARS)},
        {STR("a\xff"), STR("")},
        {STR("a\nb"), STR("")},
        {STR("a\0b"), STR("")},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_ok(&w->ctx, add(w, ann, (int64_t)i + 1, 1, cases[i].said));
        assert_str(find(w, ann, (int64_t)i + 1, hash_of(w, (int64_t)i + 1)).agent, cases[i].kept);
    }
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        LOGIN_TEST(a_login_is_found_by_all_of_its_key),
        LOGIN_TEST(a_login_needs_the_session_that_the_account_has_now),
        LOGIN_TEST(of_too_many_the_one_away_for_longest_goes),
        LOGIN_TEST(logins_end_one_by_one),
        LOGIN_TEST(all_end_but_one),
        LOGIN_TEST(a_new_password_ends_all_but_the_one_that_is_kept),
        LOGIN_TEST(a_ban_ends_them_and_what_ended_is_not_kept_by_a_password),
        LOGIN_TEST(what_has_ended_makes_room_first),
        LOGIN_TEST(what_a_browser_calls_itself_is_cut_between_characters),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
