/* Tests of where requests come from. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "request_origin.h"
#include "test.h"

struct said {
    const char *site, *origin, *referer;
    enum http_method method;
    bool own, foreign;
};

static void what_comes_from_a_page_of_ours_is_known_by_its_headers(void **state)
{
    static const struct said cases[] = {
        {"same-origin", NULL, NULL, HTTP_POST, true, false},
        {"same-origin", NULL, NULL, HTTP_GET, true, false},
        {"none", NULL, NULL, HTTP_GET, true, false},
        {"none", NULL, NULL, HTTP_POST, false, true},
        {"none", NULL, NULL, HTTP_DELETE, false, true},
        {"cross-site", NULL, NULL, HTTP_GET, false, true},
        {"same-site", NULL, NULL, HTTP_GET, false, true},
        {"same-origin, cross-site", NULL, NULL, HTTP_GET, false, true},
        {"Same-Origin", NULL, NULL, HTTP_GET, false, true},
        {"cross-site", "http://duan.test", NULL, HTTP_POST, false, true},
        {"cross-site", NULL, "http://duan.test/", HTTP_GET, false, true},
        {NULL, "http://duan.test", NULL, HTTP_POST, true, false},
        {NULL, "https://duan.test", NULL, HTTP_PUT, true, false},
        {NULL, "HTTPS://DUAN.test", NULL, HTTP_PATCH, true, false},
        {NULL, "http://duan.test:81", NULL, HTTP_POST, false, true},
        {NULL, "http://duan.test.evil", NULL, HTTP_POST, false, true},
        {NULL, "http://evil.duan.test", NULL, HTTP_POST, false, true},
        {NULL, "http://duan.test@evil", NULL, HTTP_POST, false, true},
        {NULL, "null", NULL, HTTP_POST, false, true},
        {NULL, "duan.test", NULL, HTTP_POST, false, true},
        {NULL, "ftp://duan.test", NULL, HTTP_POST, false, true},
        {NULL, "http:/duan.test", NULL, HTTP_POST, false, true},
        {NULL, "http://", NULL, HTTP_POST, false, true},
        {NULL, "http://evil", "http://duan.test/", HTTP_GET, false, true},
        {NULL, NULL, "http://duan.test/u/7?x=http://evil", HTTP_GET, true, false},
        {NULL, NULL, "http://duan.test", HTTP_GET, true, false},
        {NULL, NULL, "http://evil/http://duan.test/", HTTP_GET, false, false},
        {NULL, NULL, "http://duan.test/", HTTP_POST, false, false},
        {NULL, NULL, NULL, HTTP_GET, false, false},
        {NULL, NULL, NULL, HTTP_POST, false, false},
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
