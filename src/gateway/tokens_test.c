/* Tests of tokens: only what we signed, as we signed it, for as long as we said. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "tokens.h"

enum { HOUR_S = 3600 };

static struct arena arena;
static struct ctx ctx = {.arena = &arena};
static const struct token_claims claims = {.user_id = 42, .session = 3};

static struct tokens *with(const char *secret, int64_t ttl_s)
{
    struct tokens *t = NULL;

    assert_ok(&ctx, tokens_create(&ctx, str_of(secret), ttl_s, &t));
    return t;
}

#define SECRET "0123456789abcdef0123456789abcdef"

static int setup(void **state)
{
    *state = with(SECRET, HOUR_S);
    return 0;
}

static int teardown(void **state)
{
    tokens_destroy(*state);
    arena_reset(&arena);
    return 0;
}

static bool verifies(struct tokens *t, struct str token)
{
    struct token_claims got;

    return tokens_verify(t, token, &got);
}

static void what_was_signed_is_read_back(void **state)
{
    struct token_claims got = {0};

    assert_true(tokens_verify(*state, tokens_sign(*state, &ctx, &claims), &got));
    assert_int_equal(got.user_id, 42);
    assert_int_equal(got.session, 3);
}

static void a_token_of_another_key_is_refused(void **state)
{
    struct tokens *other = with("another key of thirty-two bytes!!", HOUR_S);

    assert_false(verifies(*state, tokens_sign(other, &ctx, &claims)));
    tokens_destroy(other);
}

static void a_token_ends_when_its_time_is_over(void **state)
{
    struct tokens *short_lived = with(SECRET, 0);

    assert_false(verifies(*state, tokens_sign(short_lived, &ctx, &claims)));
    tokens_destroy(short_lived);
}

static void any_changed_byte_is_noticed(void **state)
{
    struct str token = tokens_sign(*state, &ctx, &claims);

    for (size_t i = 0; i < token.len; i++) {
        char *changed = arena_bytes(&arena, token.len);

        memcpy(changed, token.ptr, token.len);
        changed[i] = changed[i] == 'A' ? 'Q' : 'A';
        /* The last digit's two low bits stand for nothing. */
        if (i + 1 < token.len)
            assert_false(verifies(*state, (struct str){changed, token.len}));
    }
}

static void any_cut_token_is_refused(void **state)
{
    struct str token = tokens_sign(*state, &ctx, &claims);

    for (size_t len = 0; len < token.len; len++)
        assert_false(verifies(*state, (struct str){token.ptr, len}));
    assert_false(verifies(*state, arena_str(&arena, "%.*sA", (int)token.len, token.ptr)));
}

/* {"alg":"none"}, {"alg":"HS512"}, and other heads, with the body and signature of a good one. */
static void no_other_algorithm_exists(void **state)
{
    static const char *const heads[] = {
        "eyJhbGciOiJub25lIn0", "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0",
        "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9", ""};
    struct str rest = tokens_sign(*state, &ctx, &claims);

    (void)str_cut(&rest, '.');
    for (size_t i = 0; i < COUNT(heads); i++) {
        assert_false(verifies(*state, arena_str(&arena, "%s." STR_FMT, heads[i], STR_ARG(rest))));
        struct str body = rest;

        body = str_cut(&body, '.');
        assert_false(
            verifies(*state, arena_str(&arena, "%s." STR_FMT ".", heads[i], STR_ARG(body))));
    }
}

static void a_huge_token_is_refused(void **state)
{
    size_t len = 1 << 20;
    char *huge = arena_bytes(&arena, len);
    struct str token = tokens_sign(*state, &ctx, &claims);

    memset(huge, 'A', len);
    memcpy(huge, token.ptr, token.len);
    huge[len - 44] = '.';
    assert_false(verifies(*state, (struct str){huge, len}));
}

static void a_short_secret_is_refused(void **state)
{
    struct tokens *t = NULL;

    (void)state;
    assert_err(tokens_create(&ctx, STR("too short"), HOUR_S, &t), ERR_INVALID);
    assert_null(t);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(what_was_signed_is_read_back),
        CASE(a_token_of_another_key_is_refused),
        CASE(a_token_ends_when_its_time_is_over),
        CASE(any_changed_byte_is_noticed),
        CASE(any_cut_token_is_refused),
        CASE(no_other_algorithm_exists),
        CASE(a_huge_token_is_refused),
        CASE(a_short_secret_is_refused),
    };
    int failed = cmocka_run_group_tests_name("tokens", tests, NULL, NULL);

    arena_fini(&arena);
    return failed;
}
