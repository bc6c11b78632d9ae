/* Tests of the limits on guessing: from one place, from many, and the owner among them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "clock.h"
#include "fixture.h"
#include "login_limits.h"
#include "rate_limits.h"
#include "test_clock.h"

enum { ANN = 7, SESSION = 1, TRIES = 1000, PLACES = 200, A_DAY_S = 24 * 3600 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct rate_limits *rates;
    struct login_limits *l;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));
    struct rate_limits_options on = {true, 400, 2000};

    f->ctx.arena = &f->arena;
    f->rates = rate_limits_create(&on);
    f->l = login_limits_create(f->rates);
    test_clock_skip(CLOCK_NS_PER_S);
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    login_limits_destroy(f->l);
    login_limits_destroy(NULL);
    rate_limits_destroy(f->rates);
    test_clock_run();
    return fixture_end(state);
}

/* What a login asks before it hashes. */
static bool may_try(struct fixture *f, const struct login_attempt *a)
{
    return !login_limits_check_address(f->l, &f->ctx, a->block) &&
           !login_limits_check(f->l, &f->ctx, a);
}

/* One wrong password; false: it was not even looked at. */
static bool guess(struct fixture *f, const struct login_attempt *a)
{
    return may_try(f, a) && !login_limits_failed(f->l, &f->ctx, a);
}

static size_t guesses(struct fixture *f, const struct login_attempt *a)
{
    size_t made = 0;

    while (made < TRIES && guess(f, a))
        made++;
    return made;
}

static struct login_attempt at(const char *block)
{
    return (struct login_attempt){str_of(block), STR("ann"), ANN, SESSION};
}

/* Many places, each with its own address, until none of them may guess any more. */
static size_t attack(struct fixture *f)
{
    size_t made = 0;

    for (int i = 0; i < PLACES; i++) {
        struct login_attempt a = at(arena_printf(&f->arena, "198.51.100.%d", i));

        made += guesses(f, &a);
    }
    return made;
}

static void one_place_may_guess_ten_times(void **state)
{
    struct login_attempt here = at("203.0.113.1");

    assert_int_equal(guesses(*state, &here), 10);
}

static void one_place_may_not_go_from_account_to_account(void **state)
{
    struct fixture *f = *state;
    size_t made = 0;

    for (int64_t account = 1; account <= PLACES; account++) {
        struct login_attempt a = {STR("203.0.113.1"), STR(""), account, SESSION};

        made += guess(f, &a);
    }
    assert_int_equal(made, 30);
}

static void many_places_share_what_one_account_allows(void **state)
{
    assert_in_range(attack(*state), 90, 110);
}

static void a_day_of_guessing_from_everywhere_is_bounded(void **state)
{
    struct fixture *f = *state;
    size_t made = attack(f);

    for (int hour = 0; hour < 24; hour++) {
        test_clock_skip((int64_t)A_DAY_S / 24 * CLOCK_NS_PER_S);
        made += attack(f);
    }
    assert_in_range(made, 1, 2600);
}

static void the_owner_logs_in_where_he_was_before(void **state)
{
    struct fixture *f = *state;
    struct login_attempt home = at("203.0.113.1"), elsewhere = at("203.0.113.2");

    login_limits_succeeded(f->l, &home);
    (void)attack(f);
    assert_true(may_try(f, &home));
    assert_false(may_try(f, &elsewhere));
}

static void the_owners_own_mistakes_do_not_help_an_attack(void **state)
{
    struct fixture *f = *state;
    struct login_attempt home = at("203.0.113.1");

    login_limits_succeeded(f->l, &home);
    assert_int_equal(guesses(f, &home), 10);
    assert_in_range(attack(f), 90, 110);
}

static void a_new_password_makes_old_places_strange(void **state)
{
    struct fixture *f = *state;
    struct login_attempt home = at("203.0.113.1");

    login_limits_succeeded(f->l, &home);
    (void)attack(f);
    home.session++;
    assert_false(may_try(f, &home));
}

static void another_account_is_not_held_up(void **state)
{
    struct fixture *f = *state;
    struct login_attempt bob = {STR("203.0.113.1"), STR("bob"), ANN + 1, SESSION};

    (void)attack(f);
    assert_true(may_try(f, &bob));
}

static void names_that_nobody_has_are_limited_alike(void **state)
{
    struct fixture *f = *state;
    size_t made = 0;

    for (int i = 0; i < PLACES; i++) {
        struct login_attempt a = {str_of(arena_printf(&f->arena, "198.51.100.%d", i)),
                                  STR("nobody"), 0, 0};

        login_limits_succeeded(f->l, &a); /* nobody is at home anywhere */
        made += guesses(f, &a);
    }
    assert_in_range(made, 90, 110);
}

/* Requests come from as many addresses as somebody likes; they must not wash guesses away. */
static void a_flood_of_requests_does_not_clear_the_count_of_guesses(void **state)
{
    struct fixture *f = *state;
    struct login_attempt here = at("203.0.113.1");

    (void)guesses(f, &here);
    for (int i = 0; i < 300000; i++) {
        struct str who =
            str_of(arena_printf(&f->arena, "2001:db8:%x:%x::/64", i >> 16, i & 0xffff));

        assert_null(rate_limits_take(f->rates, &f->ctx, RATE_REQUEST, who));
        arena_reset(&f->arena);
    }
    assert_false(may_try(f, &here));
}

#define LOGIN_TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        LOGIN_TEST(one_place_may_guess_ten_times),
        LOGIN_TEST(one_place_may_not_go_from_account_to_account),
        LOGIN_TEST(many_places_share_what_one_account_allows),
        LOGIN_TEST(a_day_of_guessing_from_everywhere_is_bounded),
        LOGIN_TEST(the_owner_logs_in_where_he_was_before),
        LOGIN_TEST(the_owners_own_mistakes_do_not_help_an_attack),
        LOGIN_TEST(a_new_password_makes_old_places_strange),
        LOGIN_TEST(another_account_is_not_held_up),
        LOGIN_TEST(names_that_nobody_has_are_limited_alike),
        LOGIN_TEST(a_flood_of_requests_does_not_clear_the_count_of_guesses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
