/* Tests of what browsers hold: cookies made, found, and known again. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "browser_login.h"
#include "test.h"
#include "test_clock.h"

enum { TTL_S = 100, SECOND_MS = 1000 };

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    test_clock_run();
    arena_fini(&arena);
    return 0;
}

static bool read_cookie(struct str header, struct user_find_login_req *out)
{
    struct http_req req = {.headers[HTTP_COOKIE] = header};

    return browser_login_read(&ctx, &req, out);
}

static struct str named(struct str value)
{
    return arena_str(&arena, "duan_session=" STR_FMT, STR_ARG(value));
}

static void a_cookie_is_known_again(void **state)
{
    struct str cookie, other;
    struct user_find_login_req made = browser_login_new(&ctx, 4711, &cookie), got;

    (void)state;
    assert_int_equal(made.user_id, 4711);
    assert_true(made.id > 0 && made.id < INT64_C(1) << 53);
    assert_int_equal(made.secret_hash.len, 43);
    assert_true(read_cookie(named(cookie), &got));
    assert_int_equal(got.user_id, made.user_id);
    assert_int_equal(got.id, made.id);
    assert_str(got.secret_hash, made.secret_hash);
    assert_int_not_equal(browser_login_new(&ctx, 4711, &other).id, made.id);
    assert_false(str_eq(cookie, other));
}

static void what_is_no_cookie_of_ours_is_none(void **state)
{
    struct str cookie;
    struct user_find_login_req got = {.id = 7};

    (void)state;
    browser_login_new(&ctx, 1, &cookie);
    const struct str bad[] = {
        STR(""),
        STR("duan_session"),
        STR("duan_session="),
        STR("duan_session=;"),
        cookie,
        named((struct str){cookie.ptr, cookie.len - 1}),
        arena_str(&arena, "x" STR_FMT, STR_ARG(named(cookie))),
        arena_str(&arena, "duan_session=x; " STR_FMT, STR_ARG(named(cookie))),
        named(arena_str(&arena, STR_FMT "A", STR_ARG(cookie))),
        named(STR("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")), /* nobody's */
        named(STR("___________________________________________")), /* a bit to spare is set */
        named(STR("gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")), /* of a negative account */
    };

    for (size_t i = 0; i < COUNT(bad); i++)
        assert_false(read_cookie(bad[i], &got));
    assert_int_equal(got.id, 7);
    assert_true(read_cookie(
        arena_str(&arena, "a=b;; duan=1;\tduan_session = " STR_FMT " ;c", STR_ARG(cookie)), &got));
}

static void a_login_holds_while_it_is_in_use(void **state)
{
    struct user_login found = {.id = 7, .seen_at = (int64_t)TTL_S * SECOND_MS};

    (void)state;
    test_clock_stop(2 * (int64_t)TTL_S * SECOND_MS - 1);
    assert_true(browser_login_holds(&found, TTL_S));
    assert_false(browser_login_holds(&(struct user_login){.seen_at = found.seen_at}, TTL_S));
    test_clock_stop(2 * (int64_t)TTL_S * SECOND_MS);
    assert_false(browser_login_holds(&found, TTL_S));
}

static void the_header_keeps_it_from_script_and_from_other_sites(void **state)
{
    (void)state;
    assert_string_equal(browser_login_header(&ctx, STR("v"), TTL_S, false),
                        "duan_session=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=100");
    assert_string_equal(browser_login_header(&ctx, STR("v"), TTL_S, true),
                        "duan_session=v; Path=/; HttpOnly; SameSite=Lax; Max-Age=100; Secure");
    assert_string_equal(browser_login_header(&ctx, STR(""), TTL_S, false),
                        "duan_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cookie_is_known_again),
        TEST(what_is_no_cookie_of_ours_is_none),
        TEST(a_login_holds_while_it_is_in_use),
        TEST(the_header_keeps_it_from_script_and_from_other_sites),
    };

    return cmocka_run_group_tests_name("browser_login", tests, NULL, teardown);
}
