/* Tests of tokens: what we signed holds, and nothing else. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>

#include "clock.h"
#include "fixture.h"
#include "test_clock.h"
#include "tokens.h"

enum { TTL_S = 1000, THREADS = 4, ROUNDS = 500, HUGE_LEN = 1 << 20 };

static const int64_t NOW_MS = INT64_C(1700000000000);

/* {"alg":"HS256","typ":"JWT"} ; the signatures of vectors below were made by another program. */
#define HEAD "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
#define SECRET "0123456789abcdef0123456789abcdef"
/* {"uid":7,"ses":3,"iat":1700000000,"exp":1700001000} */
#define BODY "eyJ1aWQiOjcsInNlcyI6MywiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDEwMDB9"
#define SIGNATURE "goAD1RZovbSN0HWEjDBkzwxXcLqAqzafBnZNeNWB6Uk"

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct tokens *t;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    test_clock_stop(NOW_MS);
    assert_ok(&f->ctx, tokens_create(&f->ctx, STR(SECRET), TTL_S, &f->t));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    tokens_destroy(f->t);
    test_clock_run();
    return fixture_end(state);
}

static struct str sign(struct fixture *f)
{
    return tokens_sign(f->t, &f->ctx, &(struct token_claims){.user_id = 7, .session = 3});
}

/* Refused, and without a word about whom it named. */
static void refuse(struct fixture *f, struct str token)
{
    struct token_claims claims = {.user_id = 77, .session = 78};

    assert_false(tokens_verify(f->t, token, &claims));
    assert_int_equal(claims.user_id, 77);
    assert_int_equal(claims.session, 78);
}

static void accept(struct fixture *f, struct str token)
{
    struct token_claims claims = {0};

    assert_true(tokens_verify(f->t, token, &claims));
    assert_int_equal(claims.user_id, 7);
    assert_int_equal(claims.session, 3);
}

/* ---- ours ---- */

static void what_we_signed_holds(void **state)
{
    accept(*state, sign(*state));
}

static void any_jwt_program_makes_and_reads_the_same(void **state)
{
    struct fixture *f = *state;

    assert_str(sign(f), STR(HEAD "." BODY "." SIGNATURE));
    accept(f, STR(HEAD "." BODY "." SIGNATURE));
}

static void large_ids_come_back_whole(void **state)
{
    struct fixture *f = *state;
    struct token_claims in = {(INT64_C(1) << 53) - 1, INT64_MAX}, out = {0};

    assert_true(tokens_verify(f->t, tokens_sign(f->t, &f->ctx, &in), &out));
    assert_int_equal(out.user_id, in.user_id);
    assert_int_equal(out.session, in.session);
}

static void a_token_holds_until_it_expires(void **state)
{
    struct fixture *f = *state;
    struct str token = sign(f);

    test_clock_stop(NOW_MS + (int64_t)(TTL_S - 1) * CLOCK_MS_PER_S);
    accept(f, token);
    test_clock_stop(NOW_MS + (int64_t)TTL_S * CLOCK_MS_PER_S);
    refuse(f, token);
}

static void a_token_of_nobody_is_none(void **state)
{
    struct fixture *f = *state;

    refuse(f, tokens_sign(f->t, &f->ctx, &(struct token_claims){.user_id = 0, .session = 1}));
    refuse(f, tokens_sign(f->t, &f->ctx, &(struct token_claims){.user_id = -7, .session = 1}));
}

/* ---- forgeries ---- */

static void no_header_but_ours_is_read(void **state)
{
    struct fixture *f = *state;

    refuse(f, STR("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." BODY "."));            /* none */
    refuse(f, STR("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." BODY "." SIGNATURE));  /* none */
    refuse(f, STR("eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9." BODY "." SIGNATURE)); /* HS512 */
    refuse(f, STR("eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9." BODY
                  ".MYmeTzXR0yRV2mRS9WBW-LwZ_xcu2bt9VAvN4Adncrgw7HJ-"
                  "hfGMz6QzJLq4Oqh9md04EWID02rjypMfsKthHg")); /* HS512 */
    refuse(f, STR("eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9." BODY
                  ".lvcA_R_42YWLMQoGhqLut0Z1j3capUsmlwCCEwXA8LA")); /* typ, alg */
    refuse(f, STR(HEAD "=." BODY "." SIGNATURE));
}

static void a_claim_that_was_changed_breaks_the_signature(void **state)
{
    /* uid 8; no body; one more claim */
    refuse(*state,
           STR(HEAD
               ".eyJ1aWQiOjgsInNlcyI6MywiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDEwMDB9." SIGNATURE));
    refuse(*state, STR(HEAD ".." SIGNATURE));
    refuse(*state, STR(HEAD "." BODY "." BODY "." SIGNATURE));
}

static void each_character_counts(void **state)
{
    struct fixture *f = *state;
    struct str token = sign(f);

    for (size_t i = 0; i < token.len; i++) {
        char *copy = (char *)(uintptr_t)arena_copy(&f->arena, token).ptr;

        copy[i] = copy[i] == 'A' ? 'B' : 'A';
        refuse(f, (struct str){copy, token.len});
    }
}

/* The last character of a signature has two bits to spare (RFC 4648, section 3.5). */
static void there_is_one_way_to_write_a_token(void **state)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/. ";
    struct fixture *f = *state;
    struct str token = sign(f);
    char *copy = (char *)(uintptr_t)arena_copy(&f->arena, token).ptr;
    size_t accepted = 0;

    for (size_t i = 0; i < sizeof(letters); i++) {
        struct token_claims claims;

        copy[token.len - 1] = letters[i];
        accepted += tokens_verify(f->t, (struct str){copy, token.len}, &claims);
    }
    assert_int_equal(accepted, 1);
}

static void what_is_cut_or_grown_is_refused(void **state)
{
    struct fixture *f = *state;
    struct str token = sign(f);

    for (size_t len = 0; len < token.len; len++)
        refuse(f, (struct str){arena_copy(&f->arena, (struct str){token.ptr, len}).ptr, len});
    refuse(f, arena_str(&f->arena, STR_FMT "A", STR_ARG(token)));
    refuse(f, arena_str(&f->arena, STR_FMT "=", STR_ARG(token)));
    refuse(f, arena_str(&f->arena, " " STR_FMT, STR_ARG(token)));
    refuse(f, arena_str(&f->arena, STR_FMT ".", STR_ARG(token)));
}

static void what_is_no_token_at_all_is_refused(void **state)
{
    struct fixture *f = *state;
    char *huge = arena_bytes(&f->arena, HUGE_LEN);

    refuse(f, (struct str){0});
    refuse(f, STR("."));
    refuse(f, STR(".."));
    refuse(f, STR(HEAD));
    refuse(f, STR(HEAD "."));
    refuse(f, STR("\xff\0\x80"));
    memset(huge, 'A', HUGE_LEN);
    refuse(f, (struct str){huge, HUGE_LEN});
    memcpy(huge, HEAD ".", sizeof(HEAD));
    refuse(f, (struct str){huge, HUGE_LEN});
    huge[HUGE_LEN - sizeof(SIGNATURE)] = '.';
    refuse(f, (struct str){huge, HUGE_LEN});
}

/* The body is decoded after its signature has held: with our key it may still be too long. */
static void a_signed_body_that_is_too_long_is_refused(void **state)
{
    refuse(*state,
           STR(HEAD
               "."
               "eyJ1aWQiOjcsInNlcyI6MywiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDEwMDAsIngiOiJ4eHh4"
               "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
               "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
               "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4"
               "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHgifQ"
               "._k-hHmvrY8LKUw5wkJ7M6GOKyuHIXc823RgQZVg5lQA"));
}

static void another_key_is_another_world(void **state)
{
    struct fixture *f = *state;
    struct tokens *other = NULL;

    assert_ok(&f->ctx,
              tokens_create(&f->ctx, STR("0123456789abcdef0123456789abcdeF"), TTL_S, &other));
    refuse(f, tokens_sign(other, &f->ctx, &(struct token_claims){7, 3}));
    tokens_destroy(other);
}

/* ---- the key ---- */

static void a_key_has_at_least_32_bytes(void **state)
{
    struct fixture *f = *state;
    struct tokens *t = NULL;

    assert_err(tokens_create(&f->ctx, STR(""), TTL_S, &t), ERR_INVALID);
    assert_err(tokens_create(&f->ctx, STR("0123456789abcdef0123456789abcde"), TTL_S, &t),
               ERR_INVALID);
    assert_null(t);
    tokens_destroy(NULL);
}

static void *sign_and_verify(void *arg)
{
    struct tokens *t = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    size_t wrong = 0;

    for (int64_t i = 1; i <= ROUNDS; i++) {
        struct token_claims claims = {0};

        wrong += !tokens_verify(t, tokens_sign(t, &c, &(struct token_claims){i, 1}), &claims) ||
                 claims.user_id != i;
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return wrong ? t : NULL;
}

static void many_threads_share_one_key(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREADS];

    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, sign_and_verify, f->t), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *wrong;

        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
}

#define TOKENS_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TOKENS_TEST(what_we_signed_holds),
        TOKENS_TEST(any_jwt_program_makes_and_reads_the_same),
        TOKENS_TEST(large_ids_come_back_whole),
        TOKENS_TEST(a_token_holds_until_it_expires),
        TOKENS_TEST(a_token_of_nobody_is_none),
        TOKENS_TEST(no_header_but_ours_is_read),
        TOKENS_TEST(a_claim_that_was_changed_breaks_the_signature),
        TOKENS_TEST(each_character_counts),
        TOKENS_TEST(there_is_one_way_to_write_a_token),
        TOKENS_TEST(what_is_cut_or_grown_is_refused),
        TOKENS_TEST(what_is_no_token_at_all_is_refused),
        TOKENS_TEST(a_signed_body_that_is_too_long_is_refused),
        TOKENS_TEST(another_key_is_another_world),
        TOKENS_TEST(a_key_has_at_least_32_bytes),
        TOKENS_TEST(many_threads_share_one_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
