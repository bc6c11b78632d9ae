/* Tests of passwords and rate limits: what keeps strangers out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "passwords.h"
#include "rate_limits.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int setup(void **state)
{
    struct passwords *p = NULL;

    assert_ok(&ctx, passwords_create(&ctx, 4, &p));
    *state = p;
    return 0;
}

static int teardown(void **state)
{
    passwords_destroy(*state);
    arena_reset(&arena);
    return 0;
}

static struct str hash(struct passwords *p, const char *password)
{
    struct str out = {0};

    assert_ok(&ctx, passwords_hash(p, &ctx, str_of(password), &out));
    return out;
}

static void the_right_password_matches_and_no_other(void **state)
{
    struct str kept = hash(*state, "correct horse");

    assert_true(passwords_match(*state, &ctx, STR("correct horse"), kept));
    assert_false(passwords_match(*state, &ctx, STR("correct horsf"), kept));
    assert_false(passwords_match(*state, &ctx, STR("correct hors"), kept));
    assert_false(passwords_match(*state, &ctx, STR(""), kept));
}

static void one_password_has_many_hashes(void **state)
{
    assert_false(str_eq(hash(*state, "correct horse"), hash(*state, "correct horse")));
}

static void nobody_has_no_password(void **state)
{
    assert_false(passwords_match(*state, &ctx, STR("nobody has this one"), STR("")));
    assert_false(passwords_match(*state, &ctx, STR(""), STR("")));
}

static void what_bcrypt_would_cut_is_refused(void **state)
{
#define FIVE "\xe7\x9f\xad\xe7\x9f\xad\xe7\x9f\xad\xe7\x9f\xad\xe7\x9f\xad"
    struct str out, long_one = STR(FIVE FIVE FIVE FIVE FIVE); /* 25 characters, 75 bytes */

    assert_err(passwords_hash(*state, &ctx, long_one, &out), ERR_INVALID);
    struct str kept = hash(*state, "correct horse");

    assert_false(passwords_match(*state, &ctx, long_one, kept));
    long_one.len = 72; /* fits exactly */
    assert_ok(&ctx, passwords_hash(*state, &ctx, long_one, &out));
}

static void a_nul_does_not_end_a_password(void **state)
{
    struct str kept = hash(*state, "secret"), out;

    assert_false(passwords_match(*state, &ctx, STR("secret\0more"), kept));
    assert_err(passwords_hash(*state, &ctx, STR("secret\0more"), &out), ERR_INVALID);
}

static void length_is_counted_in_characters(void **state)
{
    struct str out;

    assert_err(passwords_hash(*state, &ctx, STR("12345"), &out), ERR_INVALID);
    assert_ok(&ctx, passwords_hash(*state, &ctx, STR("123456"), &out));
    assert_err(passwords_hash(*state, &ctx, STR("123456789012345678901234567890123"), &out),
               ERR_INVALID);
}

static int taken(struct rate_limits *r, enum rate_limit_kind kind, const char *who, int tries)
{
    int n = 0;

    for (int i = 0; i < tries; i++)
        n += rate_limits_take(r, &ctx, kind, str_of(who)) == NULL;
    return n;
}

static void a_bucket_empties_and_says_when_to_come_back(void **state)
{
    struct rate_limits *r = rate_limits_create(true);

    (void)state;
    assert_int_equal(taken(r, RATE_REGISTER, "10.0.0.1", 100), 40);
    struct err *e = rate_limits_take(r, &ctx, RATE_REGISTER, STR("10.0.0.1"));

    assert_err(e, ERR_EXHAUSTED);
    assert_string_equal(e->reason, "rate_limited");
    assert_in_range(e->retry_after_s, 1, 60);
    assert_int_equal(rate_limits_refused(r, RATE_REGISTER), 61);
    rate_limits_destroy(r);
}

static void buckets_are_apart(void **state)
{
    struct rate_limits *r = rate_limits_create(true);

    (void)state;
    (void)taken(r, RATE_REGISTER, "10.0.0.1", 100);
    assert_int_equal(taken(r, RATE_REGISTER, "10.0.0.2", 1), 1);
    assert_int_equal(taken(r, RATE_UPLOAD, "10.0.0.1", 1), 1);
    rate_limits_destroy(r);
}

static void looking_takes_nothing(void **state)
{
    struct rate_limits *r = rate_limits_create(true);

    (void)state;
    for (int i = 0; i < 1000; i++)
        assert_null(rate_limits_check(r, &ctx, RATE_LOGIN_ADDRESS, STR("10.0.0.1")));
    assert_int_equal(taken(r, RATE_LOGIN_ADDRESS, "10.0.0.1", 100), 30);
    assert_non_null(rate_limits_check(r, &ctx, RATE_LOGIN_ADDRESS, STR("10.0.0.1")));
    rate_limits_destroy(r);
}

static void switched_off_nothing_is_limited(void **state)
{
    struct rate_limits *r = rate_limits_create(false);

    (void)state;
    assert_int_equal(taken(r, RATE_REGISTER, "10.0.0.1", 1000), 1000);
    rate_limits_destroy(r);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_right_password_matches_and_no_other),
        CASE(one_password_has_many_hashes),
        CASE(nobody_has_no_password),
        CASE(what_bcrypt_would_cut_is_refused),
        CASE(a_nul_does_not_end_a_password),
        CASE(length_is_counted_in_characters),
        CASE(a_bucket_empties_and_says_when_to_come_back),
        CASE(buckets_are_apart),
        CASE(looking_takes_nothing),
        CASE(switched_off_nothing_is_limited),
    };
    int failed = cmocka_run_group_tests_name("passwords", tests, NULL, NULL);

    arena_fini(&arena);
    return failed;
}
