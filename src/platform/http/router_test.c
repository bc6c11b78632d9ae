/* Tests of routing: which row a path finds, and what its star stands for. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "router.h"

static const struct http_route routes[] = {
    {.method = HTTP_GET, .path = STR_INIT("/plain/")},
    {.method = HTTP_GET, .path = STR_INIT("/users/*/videos/")},
    {.method = HTTP_POST, .path = STR_INIT("/users/*/videos/")},
    {.method = HTTP_DELETE, .path = STR_INIT("/users/*/videos/")},
    {.method = HTTP_GET, .path = STR_INIT("/users/*/likes")},
    {.method = HTTP_GET, .path = STR_INIT("/users/*")},
    {.method = HTTP_GET, .path = STR_INIT("/")},
    {.method = HTTP_POST, .path = STR_INIT("/users/*")},
};

/* The row's number, or -1; *rest is what the star stood for. */
static int find(struct str path, struct str *rest)
{
    struct http_req req = {.method = HTTP_GET, .path = path};
    unsigned allowed;
    const struct http_route *row = router_find(routes, COUNT(routes), true, &req, &allowed);

    *rest = req.rest;
    return row ? (int)(row - routes) : -1;
}

static void a_path_finds_its_row(void **state)
{
    const struct {
        struct str path;
        int row;
        struct str rest;
    } cases[] = {
        {STR("/plain"), 0, STR("")},
        {STR("/plain/"), 0, STR("")},
        {STR("/plain//"), -1, STR("")},
        {STR("/plainer"), -1, STR("")},
        {STR("/users/7/videos"), 1, STR("7")},
        {STR("/users/7/videos/"), 1, STR("7")},
        {STR("/users/a b/videos"), 1, STR("a b")},
        {STR("/users/*/videos"), 1, STR("*")},
        {STR("/users/7/likes/"), 4, STR("7")},
        {STR("/users//videos"), 5, STR("/videos")},
        {STR("/users/7/8/videos"), 5, STR("7/8/videos")},
        {STR("/users/7/videos//"), 5, STR("7/videos//")},
        {STR("/users/7"), 5, STR("7")},
        {STR("/users/7/"), 5, STR("7/")},
        {STR("/users/"), -1, STR("")},
        {STR("/users"), -1, STR("")},
        {STR("/"), 6, STR("")},
        {STR(""), -1, STR("")},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct str rest;

        assert_int_equal(find(cases[i].path, &rest), cases[i].row);
        if (cases[i].row >= 0)
            assert_str(rest, cases[i].rest);
    }
}

static void a_known_path_with_another_method_says_what_is_allowed(void **state)
{
    struct http_req req = {.method = HTTP_POST, .path = STR("/users/7/likes")};
    struct arena arena = {0};
    unsigned allowed;

    (void)state;
    assert_null(router_find(routes, COUNT(routes), true, &req, &allowed));
    assert_string_equal(router_allow(&arena, allowed), "GET, HEAD");
    req.path = STR("/users/7/videos");
    assert_null(router_find(routes, COUNT(routes), false, &req, &allowed));
    assert_string_equal(router_allow(&arena, allowed), "GET, HEAD, POST, DELETE");
    req.path = STR("/nothing");
    assert_null(router_find(routes, COUNT(routes), true, &req, &allowed));
    assert_int_equal(allowed, 0);
    arena_fini(&arena);
}

static void a_row_for_all_that_is_left_does_not_take_another_rows_path(void **state)
{
    struct http_req req = {.method = HTTP_POST, .path = STR("/users/7/likes/")};
    unsigned allowed;

    (void)state;
    assert_null(router_find(routes, COUNT(routes), true, &req, &allowed));
    assert_int_equal(allowed, 1u << HTTP_GET);
    req.path = STR("/users/7/8");
    assert_ptr_equal(router_find(routes, COUNT(routes), true, &req, &allowed), &routes[7]);
    assert_str(req.rest, STR("7/8"));
    req.path = STR("/users/7/");
    assert_ptr_equal(router_find(routes, COUNT(routes), true, &req, &allowed), &routes[7]);
    req.method = HTTP_PUT;
    req.path = STR("/users/7/8");
    assert_null(router_find(routes, COUNT(routes), true, &req, &allowed));
    assert_int_equal(allowed, 1u << HTTP_GET | 1u << HTTP_POST);
}

static void methods_are_told_apart_by_their_whole_name(void **state)
{
    static const struct {
        const char *name;
        bool known, head;
        enum http_method method;
    } cases[] = {
        {"GET", true, false, HTTP_GET},      {"HEAD", true, true, HTTP_GET},
        {"POST", true, false, HTTP_POST},    {"PUT", true, false, HTTP_PUT},
        {"PATCH", true, false, HTTP_PATCH},  {"DELETE", true, false, HTTP_DELETE},
        {"get", false, false, HTTP_GET},     {"PU", false, false, HTTP_GET},
        {"DELETED", false, false, HTTP_GET}, {"OPTIONS", false, false, HTTP_GET},
        {"", false, false, HTTP_GET},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_req req = {0};

        assert_int_equal(router_method(cases[i].name, &req), cases[i].known);
        assert_int_equal(req.head, cases[i].head);
        assert_int_equal(req.method, cases[i].method);
    }
}

static void the_last_resort_takes_what_nobody_knows_and_nothing_else(void **state)
{
    static const struct http_route all[] = {
        {.method = HTTP_POST, .path = STR_INIT("/plain/")},
        {.method = HTTP_GET, .path = STR_INIT("/*")},
    };
    struct http_req req = {.method = HTTP_GET, .path = STR("/no/such")};
    unsigned allowed;

    (void)state;
    assert_ptr_equal(router_find(all, COUNT(all), true, &req, &allowed), &all[1]);
    assert_str(req.rest, STR("no/such"));
    req.method = HTTP_POST;
    assert_null(router_find(all, COUNT(all), true, &req, &allowed));
    assert_int_equal(allowed, 0);
    req = (struct http_req){.method = HTTP_GET, .path = STR("/plain")};
    assert_null(router_find(all, COUNT(all), true, &req, &allowed));
    assert_int_equal(allowed, 1u << HTTP_POST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_path_finds_its_row),
        TEST(a_known_path_with_another_method_says_what_is_allowed),
        TEST(a_row_for_all_that_is_left_does_not_take_another_rows_path),
        TEST(methods_are_told_apart_by_their_whole_name),
        TEST(the_last_resort_takes_what_nobody_knows_and_nothing_else),
    };

    return cmocka_run_group_tests_name("router", tests, NULL, NULL);
}
