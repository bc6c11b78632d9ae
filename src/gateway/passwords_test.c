/* Tests of passwords: what is accepted, and what matches. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <time.h>

#include "clock.h"
#include "fixture.h"
#include "passwords.h"

enum { COST = 4 /* the least there is */, TRIES = 8 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct passwords *p;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    assert_ok(&f->ctx, passwords_create(&f->ctx, COST, &f->p));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    passwords_destroy(f->p);
    return fixture_end(state);
}

static struct str hash(struct fixture *f, struct str password)
{
    struct str out = {0};

    assert_ok(&f->ctx, passwords_hash(f->p, &f->ctx, password, &out));
    return out;
}

static bool match(struct fixture *f, struct str password, struct str against)
{
    return passwords_match(f->p, &f->ctx, password, against);
}

static struct str repeat(struct fixture *f, const char *character, size_t count)
{
    struct str text = STR("");

    while (count-- > 0)
        text = arena_str(&f->arena, STR_FMT "%s", STR_ARG(text), character);
    return text;
}

static void the_password_matches_and_no_other(void **state)
{
    struct fixture *f = *state;
    struct str h = hash(f, STR("secret1"));

    assert_true(match(f, STR("secret1"), h));
    assert_false(match(f, STR("secret2"), h));
    assert_false(match(f, STR("Secret1"), h));
    assert_false(match(f, STR("secret"), h));
    assert_false(match(f, STR("secret11"), h));
    assert_false(match(f, STR("secret1 "), h));
    assert_false(match(f, STR(""), h));
}

static void equal_passwords_have_different_hashes(void **state)
{
    struct fixture *f = *state;
    struct str a = hash(f, STR("secret1")), b = hash(f, STR("secret1"));

    assert_true(str_starts(a, STR("$2b$04$")));
    assert_false(str_eq(a, b));
    assert_true(match(f, STR("secret1"), b));
}

static void a_password_has_6_to_32_characters_and_at_most_72_bytes(void **state)
{
    struct fixture *f = *state;
    const struct {
        struct str password;
        bool ok;
    } cases[] = {
        {repeat(f, "x", 6), true},
        {repeat(f, "x", 32), true},
        {repeat(f, "\xe5\xaf\x86", 24), true},     /* 24 characters, 72 bytes */
        {repeat(f, "\xf0\x9f\x98\x80", 18), true}, /* 18 characters, 72 bytes */
        {STR("with a blank"), true},
        {repeat(f, "x", 5), false},
        {repeat(f, "\xe5\xaf\x86", 5), false}, /* 15 bytes */
        {repeat(f, "x", 33), false},
        {repeat(f, "\xe5\xaf\x86", 25), false},     /* 75 bytes: never cut */
        {repeat(f, "\xf0\x9f\x98\x80", 19), false}, /* 76 bytes */
        {STR(""), false},
        {STR("      "), false},
        {STR("secret\0"), false},
        {STR("sec\0ret1"), false},
        {STR("secret\n"), false},
        {STR("secret\xff"), false},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str out = STR("before");
        struct err *e = passwords_hash(f->p, &f->ctx, cases[i].password, &out);

        assert_int_equal(e == NULL, cases[i].ok);
        if (e)
            assert_int_equal(e->code, ERR_INVALID);
        assert_int_equal(str_eq(out, STR("before")), !cases[i].ok);
        if (!e)
            assert_true(match(f, cases[i].password, out));
    }
}

/* bcrypt reads no more than 72 bytes and stops at a NUL: what lies behind must not be ignored. */
static void what_bcrypt_would_not_read_is_no_match(void **state)
{
    struct fixture *f = *state;
    struct str longest = repeat(f, "\xe5\xaf\x86", 24), h = hash(f, longest);

    assert_true(match(f, longest, h));
    assert_false(match(f, arena_str(&f->arena, STR_FMT "x", STR_ARG(longest)), h));
    assert_false(match(f, STR("secret1\0more"), hash(f, STR("secret1"))));
    assert_false(match(f, STR("secret1\0"), hash(f, STR("secret1"))));
}

static void nobody_has_no_password(void **state)
{
    struct fixture *f = *state;

    assert_false(match(f, STR("secret1"), STR("")));
    assert_false(match(f, STR(""), STR("")));
    assert_false(match(f, STR("nobody has this one"), STR("")));
}

/* Time on the processor, which other processes do not lengthen. */
static int64_t cost_of_match(struct fixture *f, struct str against)
{
    struct timespec from, to;

    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from), 0);
    for (int i = 0; i < TRIES; i++)
        assert_false(match(f, STR("secret2"), against));
    assert_int_equal(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to), 0);
    return (to.tv_sec - from.tv_sec) * CLOCK_NS_PER_S + to.tv_nsec - from.tv_nsec;
}

/* Else an answer would tell by its time whether there is such a name. */
static void nobody_costs_what_somebody_costs(void **state)
{
    struct fixture *f = *state;
    int64_t somebody = cost_of_match(f, hash(f, STR("secret1")));
    int64_t nobody = cost_of_match(f, STR(""));

    assert_true(nobody > somebody / 2 && nobody < somebody * 2);
}

static void what_is_no_hash_matches_nothing(void **state)
{
    struct fixture *f = *state;
    struct str h = hash(f, STR("secret1"));

    assert_false(match(f, STR("secret1"), STR("*0")));
    assert_false(match(f, STR("secret1"), STR("secret1")));
    assert_false(match(f, STR("secret1"), STR("$2b$04$")));
    assert_false(match(f, STR("secret1"), (struct str){h.ptr, h.len - 1}));
    assert_false(match(f, STR("secret1"), arena_str(&f->arena, STR_FMT "x", STR_ARG(h))));
    assert_false(match(f, h, h));
}

static void a_cost_that_is_impossible_is_refused(void **state)
{
    struct fixture *f = *state;
    struct passwords *p = NULL;

    assert_non_null(passwords_create(&f->ctx, 99, &p));
    assert_null(p);
    passwords_destroy(NULL);
}

#define PASSWORDS_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        PASSWORDS_TEST(the_password_matches_and_no_other),
        PASSWORDS_TEST(equal_passwords_have_different_hashes),
        PASSWORDS_TEST(a_password_has_6_to_32_characters_and_at_most_72_bytes),
        PASSWORDS_TEST(what_bcrypt_would_not_read_is_no_match),
        PASSWORDS_TEST(nobody_has_no_password),
        PASSWORDS_TEST(nobody_costs_what_somebody_costs),
        PASSWORDS_TEST(what_is_no_hash_matches_nothing),
        PASSWORDS_TEST(a_cost_that_is_impossible_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
