/* Tests of the user service: accounts, profiles, sessions. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <pthread.h>

#include "limits.h"

enum { THREADS = 6 };

static struct err *sign_up(struct world *w, struct str name, int64_t *id)
{
    struct user_sign_up_req req = {.name = name, .password_hash = STR("hash")};
    struct user_sign_up_resp resp = {0};

    TRY(user_sign_up(w->api.user, &w->ctx, &req, &resp));
    *id = resp.id;
    return NULL;
}

static struct user_profile_list profiles(struct world *w, struct i64_list ids)
{
    struct user_get_users_req req = {.ids = ids};
    struct user_get_users_resp resp = {0};

    assert_ok(&w->ctx, user_get_users(w->api.user, &w->ctx, &req, &resp));
    return resp.users;
}

static struct err *find(struct world *w, struct str name, int64_t id,
                        struct user_get_credentials_resp *out)
{
    struct user_get_credentials_req req = {.name = name, .id = id};

    return user_get_credentials(w->api.user, &w->ctx, &req, out);
}

static struct err *set_password(struct world *w, int64_t id, const char *hash, int64_t *session)
{
    struct user_set_password_req req = {.id = id, .password_hash = str_of(hash)};
    struct user_set_password_resp resp = {0};

    TRY(user_set_password(w->api.user, &w->ctx, &req, &resp));
    *session = resp.session;
    return NULL;
}

/* ---- accounts ---- */

static void a_fresh_profile_is_complete_and_counts_nothing(void **state)
{
    struct world *w = *state;
    struct user_profile p = world_profile(w, world_user(w, "ann"));

    assert_str(p.name, STR("ann"));
    assert_true(str_starts(p.avatar, STR("assets/avatar-")));
    assert_true(str_starts(p.background, STR("assets/banner-")));
    assert_true(p.signature.len > 0);
    assert_int_equal(p.session, 1);
    assert_int_equal(p.follow_count + p.follower_count + p.total_favorited, 0);
    assert_int_equal(p.work_count + p.favorite_count, 0);
}

static void a_name_is_taken_once(void **state)
{
    struct world *w = *state;
    int64_t first = world_user(w, "ann"), second = 77;

    assert_reason(sign_up(w, STR("ann"), &second), ERR_EXISTS, "name_taken");
    assert_int_equal(second, 77);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_account"), 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_count"), 1);
    assert_str(world_profile(w, first).name, STR("ann"));
}

static void names_compare_byte_for_byte(void **state)
{
    struct world *w = *state;
    int64_t lower = world_user(w, "ann"), upper = world_user(w, "Ann");
    int64_t composed = world_user(w, "\xc3\xa9"), combined = world_user(w, "e\xcc\x81");

    assert_int_not_equal(lower, upper);
    assert_int_not_equal(composed, combined);
    assert_str(world_profile(w, upper).name, STR("Ann"));
    assert_str(world_profile(w, combined).name, STR("e\xcc\x81"));
}

static void a_name_with_a_blank_behind_it_is_nobodys(void **state)
{
    struct world *w = *state;
    struct user_get_credentials_resp got = {0};

    (void)world_user(w, "ann");
    assert_err(find(w, STR("ann "), 0, &got), ERR_NOT_FOUND);
    assert_err(find(w, STR("ann\t"), 0, &got), ERR_NOT_FOUND);
    assert_ok(&w->ctx, find(w, STR("ann"), 0, &got));
}

static void a_name_has_1_to_32_characters_and_no_blank_at_its_ends(void **state)
{
    struct world *w = *state;
    const struct {
        struct str name;
        bool ok;
    } cases[] = {
        {STR("a"), true},
        {world_text(w, "x", NAME_MAX_CHARS), true},
        {world_text(w, "\xe7\x9f\xad", NAME_MAX_CHARS), true},
        {world_text(w, "\xf0\x9f\x98\x80", NAME_MAX_CHARS), true},
        {STR("a b"), true},
        {STR("'; DROP TABLE user_account; --"), true},
        {STR(""), false},
        {world_text(w, "x", NAME_MAX_CHARS + 1), false},
        {world_text(w, "\xe7\x9f\xad", NAME_MAX_CHARS + 1), false},
        {STR(" "), false},
        {STR(" a"), false},
        {STR("a "), false},
        {STR("a\t"), false},
        {STR("a\nb"), false},
        {STR("a\0b"), false},
        {STR("a\x7f"), false},
        {STR("a\xc2\x85"), false},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        int64_t id = 0;
        struct err *e = sign_up(w, cases[i].name, &id);

        assert_int_equal(e == NULL, cases[i].ok);
        if (e)
            assert_int_equal(e->code, ERR_INVALID);
    }
}

static void a_name_that_is_not_utf8_is_refused(void **state)
{
    struct world *w = *state;
    int64_t id = 0;

    assert_err(sign_up(w, STR("ann\xff"), &id), ERR_INVALID);
    assert_err(sign_up(w, STR("\xed\xa0\x80"), &id), ERR_INVALID); /* a surrogate */
    assert_int_equal(world_number(w, "SELECT count(*) FROM user_account"), 0);
}

struct racer {
    pthread_t thread;
    struct world *w;
    int64_t id;
    enum err_code code;
};

static void *sign_up_too(void *arg)
{
    struct racer *r = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct user_sign_up_req req = {.name = STR("ann"), .password_hash = STR("hash")};
    struct user_sign_up_resp resp = {0};
    struct err *e = user_sign_up(r->w->api.user, &c, &req, &resp);

    r->id = resp.id;
    r->code = e ? e->code : 0;
    arena_fini(&arena);
    return NULL;
}

static void of_many_who_want_a_name_at_once_one_gets_it(void **state)
{
    struct racer racers[THREADS] = {0};
    size_t winners = 0;

    for (size_t i = 0; i < THREADS; i++) {
        racers[i].w = *state;
        assert_int_equal(pthread_create(&racers[i].thread, NULL, sign_up_too, &racers[i]), 0);
    }
    for (size_t i = 0; i < THREADS; i++) {
        assert_int_equal(pthread_join(racers[i].thread, NULL), 0);
        winners += racers[i].id != 0;
        assert_int_equal(racers[i].code, racers[i].id ? 0 : ERR_EXISTS);
    }
    assert_int_equal(winners, 1);
}

/* ---- profiles ---- */

static void users_come_in_the_order_asked_without_who_is_not_there(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    int64_t ids[] = {bob, 4711, ann, bob, 0, -1};
    struct user_profile_list got = profiles(w, (struct i64_list){ids, COUNT(ids)});

    assert_int_equal(got.count, 3);
    assert_int_equal(got.at[0].id, bob);
    assert_int_equal(got.at[1].id, ann);
    assert_int_equal(got.at[2].id, bob);
    assert_str(got.at[2].name, STR("bob"));
    assert_int_equal(profiles(w, (struct i64_list){0}).count, 0);
}

static void at_most_500_users_are_asked_for_at_once(void **state)
{
    struct world *w = *state;
    int64_t ids[IDS_MAX + 1] = {[IDS_MAX - 1] = world_user(w, "ann")};
    struct user_get_users_req req = {.ids = {ids, IDS_MAX + 1}};
    struct user_get_users_resp resp = {0};

    assert_err(user_get_users(w->api.user, &w->ctx, &req, &resp), ERR_INVALID);
    assert_int_equal(resp.users.count, 0);
    req.ids.count = IDS_MAX;
    assert_ok(&w->ctx, user_get_users(w->api.user, &w->ctx, &req, &resp));
    assert_int_equal(resp.users.count, 1);
}

/* ---- credentials ---- */

static void credentials_are_found_by_name_or_by_id(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct user_get_credentials_resp got = {0};

    assert_ok(&w->ctx, find(w, STR("ann"), 0, &got));
    assert_int_equal(got.id, ann);
    assert_str(got.password_hash, STR("hash"));
    assert_int_equal(got.session, 1);
    assert_ok(&w->ctx, find(w, STR(""), bob, &got));
    assert_int_equal(got.id, bob);
    assert_ok(&w->ctx, find(w, STR("ann"), bob, &got)); /* the name counts */
    assert_int_equal(got.id, ann);
}

static void unknown_accounts_have_no_credentials(void **state)
{
    struct world *w = *state;
    struct user_get_credentials_resp got = {.id = 77};

    world_user(w, "ann");
    assert_reason(find(w, STR("Ann"), 0, &got), ERR_NOT_FOUND, "user_not_found");
    assert_reason(find(w, STR(""), 4711, &got), ERR_NOT_FOUND, "user_not_found");
    assert_reason(find(w, STR(""), 0, &got), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(got.id, 77);
}

static void sessions_move_with_the_password(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), session = 0;
    struct user_get_credentials_resp got = {0};

    assert_ok(&w->ctx, set_password(w, ann, "second", &session));
    assert_int_equal(session, 2);
    assert_ok(&w->ctx, set_password(w, ann, "third", &session));
    assert_int_equal(session, 3);
    assert_ok(&w->ctx, find(w, STR("ann"), 0, &got));
    assert_str(got.password_hash, STR("third"));
    assert_int_equal(got.session, 3);
    assert_int_equal(world_profile(w, ann).session, 3);
    assert_int_equal(world_profile(w, bob).session, 1);
    assert_int_equal(world_told(w, &user_account_type, CHANGE_UPDATE), 2);
}

static void nobody_has_no_password_to_change(void **state)
{
    struct world *w = *state;
    int64_t session = 77;

    assert_reason(set_password(w, 4711, "hash", &session), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(session, 77);
    assert_int_equal(world_told_all(w), 0);
}

/* ---- bans ---- */

static struct err *set_ban(struct world *w, int64_t id, bool banned, struct str reason,
                           bool *changed)
{
    struct user_set_ban_req req = {.id = id, .banned = banned, .reason = reason};
    struct user_set_ban_resp resp = {0};

    TRY(user_set_ban(w->api.user, &w->ctx, &req, &resp));
    *changed = resp.changed;
    return NULL;
}

static void a_ban_ends_the_sessions_and_tells_why(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct user_get_credentials_resp got = {0};
    bool changed = false;

    assert_ok(&w->ctx, set_ban(w, ann, true, STR("spam"), &changed));
    assert_true(changed);
    assert_ok(&w->ctx, find(w, STR("ann"), 0, &got));
    assert_int_equal(got.session, 2);
    assert_true(got.banned_at > 0);
    assert_str(got.ban_reason, STR("spam"));
    assert_int_equal(world_profile(w, ann).banned_at, got.banned_at);
    assert_int_equal(world_profile(w, bob).session, 1);
    assert_int_equal(world_profile(w, bob).banned_at, 0);
    assert_int_equal(world_told(w, &user_account_type, CHANGE_UPDATE), 1);
}

static void banning_twice_changes_the_reason_alone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct user_get_credentials_resp once = {0}, twice = {0};
    bool changed = false;

    test_clock_stop(1000);
    assert_ok(&w->ctx, set_ban(w, ann, true, STR("spam"), &changed));
    assert_ok(&w->ctx, find(w, STR("ann"), 0, &once));
    test_clock_stop(2000);
    assert_ok(&w->ctx, set_ban(w, ann, true, STR("more spam"), &changed));
    assert_false(changed);
    assert_ok(&w->ctx, find(w, STR("ann"), 0, &twice));
    assert_int_equal(twice.banned_at, once.banned_at);
    assert_int_equal(twice.session, once.session);
    assert_str(twice.ban_reason, STR("more spam"));
}

static void who_is_let_in_again_has_no_older_session(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct user_get_credentials_resp got = {0};
    bool changed = false;

    assert_ok(&w->ctx, set_ban(w, ann, true, STR("spam"), &changed));
    assert_ok(&w->ctx, set_ban(w, ann, false, STR(""), &changed));
    assert_true(changed);
    assert_ok(&w->ctx, set_ban(w, ann, false, STR(""), &changed));
    assert_false(changed);
    assert_ok(&w->ctx, find(w, STR("ann"), 0, &got));
    assert_int_equal(got.banned_at, 0);
    assert_str(got.ban_reason, STR(""));
    assert_int_equal(got.session, 2);
}

static void a_ban_needs_somebody_and_a_plain_reason(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    bool changed = true;

    assert_reason(set_ban(w, 4711, true, STR(""), &changed), ERR_NOT_FOUND, "user_not_found");
    assert_err(set_ban(w, ann, true, world_text(w, "x", BAN_REASON_MAX_CHARS + 1), &changed),
               ERR_INVALID);
    assert_err(set_ban(w, ann, true, STR("a\nb"), &changed), ERR_INVALID);
    assert_int_equal(world_profile(w, ann).banned_at, 0);
    assert_ok(&w->ctx, set_ban(w, ann, true, world_text(w, "x", BAN_REASON_MAX_CHARS), &changed));
}

/* ---- a database of its own ---- */

static void it_works_on_a_database_of_its_own(void **state)
{
    struct world *w = *state;
    struct changes *changes = changes_create();
    struct user_api *alone = user_create(world_alone(w, user_migrations), changes);
    struct world own = {.api.user = alone, .ctx = {.arena = &w->arena}};
    struct user_get_credentials_resp got = {0};
    int64_t id = world_user(&own, "ann"), session = 0;

    assert_str(world_profile(&own, id).name, STR("ann"));
    assert_ok(&w->ctx, set_password(&own, id, "second", &session));
    assert_ok(&w->ctx, find(&own, STR("ann"), 0, &got));
    assert_int_equal(got.session, session);
    user_destroy(alone);
    changes_destroy(changes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_fresh_profile_is_complete_and_counts_nothing),
        WORLD_TEST(a_name_is_taken_once),
        WORLD_TEST(names_compare_byte_for_byte),
        WORLD_TEST(a_name_with_a_blank_behind_it_is_nobodys),
        WORLD_TEST(a_name_has_1_to_32_characters_and_no_blank_at_its_ends),
        WORLD_TEST(a_name_that_is_not_utf8_is_refused),
        WORLD_TEST(of_many_who_want_a_name_at_once_one_gets_it),
        WORLD_TEST(users_come_in_the_order_asked_without_who_is_not_there),
        WORLD_TEST(at_most_500_users_are_asked_for_at_once),
        WORLD_TEST(credentials_are_found_by_name_or_by_id),
        WORLD_TEST(unknown_accounts_have_no_credentials),
        WORLD_TEST(sessions_move_with_the_password),
        WORLD_TEST(nobody_has_no_password_to_change),
        WORLD_TEST(a_ban_ends_the_sessions_and_tells_why),
        WORLD_TEST(banning_twice_changes_the_reason_alone),
        WORLD_TEST(who_is_let_in_again_has_no_older_session),
        WORLD_TEST(a_ban_needs_somebody_and_a_plain_reason),
        WORLD_TEST(it_works_on_a_database_of_its_own),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
