/* Tests of the OpenAPI document: nothing public is left out of it, and what it names is there. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "api_texts.h"
#include "gateway_parts.h"
#include "openapi.h"
#include "route_docs.h"

static void every_route_of_the_public_api_is_described(void **state)
{
    (void)state;
    for (size_t i = 0; i < gateway_route_count; i++) {
        struct str path = gateway_routes[i].path;

        if ((str_starts(path, STR("/douyin/")) || str_starts(path, STR("/api/"))) &&
            !route_docs_find(&gateway_routes[i]))
            fail_msg(STR_FMT " has no row in route_docs.c", STR_ARG(path));
    }
}

static void every_description_belongs_to_a_route(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_doc_count; i++) {
        size_t routes = 0;

        for (size_t k = 0; k < gateway_route_count; k++)
            routes += route_docs_find(&gateway_routes[k]) == &route_docs[i];
        if (routes != 1)
            fail_msg(STR_FMT " is described for %zu routes", STR_ARG(route_docs[i].path), routes);
    }
}

static void every_star_of_a_path_has_a_name(void **state)
{
    (void)state;
    for (size_t i = 0; i < route_doc_count; i++) {
        struct str path = route_docs[i].path, names = str_of(route_docs[i].at);
        size_t stars = 0, named = 0;

        for (size_t k = 0; k < path.len; k++)
            stars += path.ptr[k] == '*';
        while (names.len)
            named += str_cut(&names, ' ').len > 0;
        if (stars != named)
            fail_msg(STR_FMT ": %zu stars, %zu names", STR_ARG(path), stars, named);
    }
}

/* Is there  "Type": {  among the schemas? */
static void check_type(struct ctx *c, struct str type)
{
    struct str all = {(const char *)api_texts[0].plain.at, api_texts[0].plain.len};
    struct str wanted = arena_str(c->arena, "\"" STR_FMT "\": {", STR_ARG(type));

    if (!memmem(all.ptr, all.len, wanted.ptr, wanted.len))
        fail_msg("api_schemas.json has no " STR_FMT, STR_ARG(type));
}

static void check_fields(struct ctx *c, const char *fields)
{
    struct str rest = str_of(fields);

    while (rest.len) {
        struct str word = str_cut(&rest, ' '), type = word, name = str_cut(&type, ':');

        assert_true(name.len > 0 && type.len > 0);
        if (str_starts(type, STR("["))) {
            assert_true(str_ends(type, STR("]")));
            type = (struct str){type.ptr + 1, type.len - 2};
        }
        check_type(c, type);
    }
}

static void every_type_that_is_named_has_a_schema(void **state)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    (void)state;
    for (size_t i = 0; i < route_doc_count; i++) {
        const struct route_doc *doc = &route_docs[i];

        check_fields(&c, doc->at);
        check_fields(&c, doc->query);
        check_fields(&c, doc->headers);
        check_fields(&c, doc->body);
        check_fields(&c, doc->reply);
        assert_non_null(doc->summary);
    }
    arena_fini(&arena);
}

static bool holds(struct str text, const char *part)
{
    return memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

static void an_operation_says_what_its_row_says(void **state)
{
    static const struct http_route routes[] = {
        {HTTP_GET, STR_INIT("/api/v1/videos/*"), HTTP_INLINE, ACCESS_OPTIONAL, NULL, NULL},
        {HTTP_POST, STR_INIT("/douyin/publish/action/"), HTTP_WORKER, ACCESS_SIGNED_IN, "data",
         NULL},
        {HTTP_GET, STR_INIT("/livez/"), HTTP_INLINE, ACCESS_PUBLIC, NULL, NULL},
    };
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct str text = openapi_write(&c, routes, COUNT(routes));

    (void)state;
    assert_true(holds(text, "\"/api/v1/videos/{id}\":{\"get\":{\"operationId\":"
                            "\"get_api_v1_videos_id\""));
    assert_true(holds(text, "{\"name\":\"id\",\"in\":\"path\",\"required\":true,"));
    assert_true(holds(text, "\"security\":[{},{\"token\":[]},{\"bearer\":[]},{\"cookie\":[]}]"));
    assert_true(holds(text, "\"/douyin/publish/action/\":{\"post\":"));
    assert_true(holds(text, "\"security\":[{\"token\":[]},{\"bearer\":[]},{\"cookie\":[]}]"));
    assert_true(holds(text, "\"multipart/form-data\":{\"schema\":{\"type\":\"object\",\"required\":"
                            "[\"title\",\"data\"]"));
    assert_false(holds(text, "livez"));
    assert_false(holds(text, "\"/douyin/feed/\""));
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_route_of_the_public_api_is_described),
        TEST(every_description_belongs_to_a_route),
        TEST(every_star_of_a_path_has_a_name),
        TEST(every_type_that_is_named_has_a_schema),
        TEST(an_operation_says_what_its_row_says),
    };

    return cmocka_run_group_tests_name("openapi", tests, NULL, NULL);
}
