/* Tests of where requests come from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "request_origin.h"
#include "test.h"

struct said {
    enum http_method method;
    const char *site, *origin, *referer;
    bool own, foreign;
};

static void what_comes_from_a_page_of_ours_is_known_by_its_headers(void **state)
{
    static const struct said cases[] = {
        {HTTP_POST, "same-origin", NULL, NULL, true, false},
        {HTTP_GET, "same-origin", NULL, NULL, true, false},
        {HTTP_GET, "none", NULL, NULL, true, false},
        {HTTP_POST, "none", NULL, NULL, false, true},
        {HTTP_DELETE, "none", NULL, NULL, false, true},
        {HTTP_GET, "cross-site", NULL, NULL, false, true},
        {HTTP_GET, "same-site", NULL, NULL, false, true},
        {HTTP_GET, "same-origin, cross-site", NULL, NULL, false, true},
        {HTTP_GET, "Same-Origin", NULL, NULL, false, true},
        {HTTP_POST, "cross-site", "http://duan.test", NULL, false, true},
        {HTTP_GET, "cross-site", NULL, "http://duan.test/", false, true},
        {HTTP_POST, NULL, "http://duan.test", NULL, true, false},
        {HTTP_PUT, NULL, "https://duan.test", NULL, true, false},
        {HTTP_PATCH, NULL, "HTTPS://DUAN.test", NULL, true, false},
        {HTTP_POST, NULL, "http://duan.test:81", NULL, false, true},
        {HTTP_POST, NULL, "http://duan.test.evil", NULL, false, true},
        {HTTP_POST, NULL, "http://evil.duan.test", NULL, false, true},
        {HTTP_POST, NULL, "http://duan.test@evil", NULL, false, true},
        {HTTP_POST, NULL, "null", NULL, false, true},
        {HTTP_POST, NULL, "duan.test", NULL, false, true},
        {HTTP_POST, NULL, "ftp://duan.test", NULL, false, true},
        {HTTP_POST, NULL, "http:/duan.test", NULL, false, true},
        {HTTP_POST, NULL, "http://", NULL, false, true},
        {HTTP_GET, NULL, "http://evil", "http://duan.test/", false, true},
        {HTTP_GET, NULL, NULL, "http://duan.test/u/7?x=http://evil", true, false},
        {HTTP_GET, NULL, NULL, "http://duan.test", true, false},
        {HTTP_GET, NULL, NULL, "http://evil/http://duan.test/", false, false},
        {HTTP_POST, NULL, NULL, "http://duan.test/", false, false},
        {HTTP_GET, NULL, NULL, NULL, false, false},
        {HTTP_POST, NULL, NULL, NULL, false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct http_req req = {
            .method = cases[i].method,
            .headers = {[HTTP_HOST] = STR("duan.test"),
                        [HTTP_SEC_FETCH_SITE] = str_of(cases[i].site),
                        [HTTP_ORIGIN] = str_of(cases[i].origin),
                        [HTTP_REFERER] = str_of(cases[i].referer)},
        };

        if (request_origin_is_own(&req) != cases[i].own ||
            request_origin_is_foreign(&req) != cases[i].foreign)
            fail_msg("case %zu", i);
    }
}

static void without_a_host_nothing_is_ours(void **state)
{
    struct http_req req = {.method = HTTP_POST, .headers[HTTP_ORIGIN] = STR("http://")};

    (void)state;
    assert_false(request_origin_is_own(&req));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_comes_from_a_page_of_ours_is_known_by_its_headers),
        TEST(without_a_host_nothing_is_ours),
    };

    return cmocka_run_group_tests_name("request_origin", tests, NULL, NULL);
}
