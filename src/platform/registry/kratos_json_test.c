/* Tests of the JSON that stands for an instance. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "kratos_json.h"

static struct arena arena;
static struct ctx ctx = {.arena = &arena};

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static struct registry_instance read_ok(const char *text, bool tls)
{
    struct registry_instance out = {.tls = tls};

    assert_ok(&ctx, kratos_json_read(&ctx, str_of(text), &out));
    return out;
}

static void an_instance_is_written_as_go_marshals_it(void **state)
{
    struct registry_instance instance = {.service = STR("favorite"),
                                         .id = STR("f-1"),
                                         .version = STR("0.1.0"),
                                         .address = STR("10.0.0.1:9000")};

    (void)state;
    assert_str(kratos_json_write(&ctx, &instance),
               STR("{\"id\":\"f-1\",\"name\":\"favorite\",\"version\":\"0.1.0\",\"metadata\":null,"
                   "\"endpoints\":[\"grpc://10.0.0.1:9000\"]}"));
    instance.tls = true;
    assert_non_null(strstr(arena_copy(&arena, kratos_json_write(&ctx, &instance)).ptr,
                           "[\"grpcs://10.0.0.1:9000\"]"));
}

static void what_was_written_is_read(void **state)
{
    struct registry_instance instance = {.service = STR("a\"b\\c\n"),
                                         .id = STR("\xe4\xb8\xad"),
                                         .version = STR(""),
                                         .address = STR("[::1]:9000"),
                                         .tls = true};

    (void)state;
    struct str text = kratos_json_write(&ctx, &instance);
    struct registry_instance got = read_ok(arena_copy(&arena, text).ptr, true);

    assert_str(got.service, instance.service);
    assert_str(got.id, instance.id);
    assert_str(got.version, instance.version);
    assert_str(got.address, instance.address);
}

static void members_of_later_versions_are_skipped(void **state)
{
    (void)state;
    struct registry_instance got =
        read_ok("{\"weight\":[1,{\"x\":null}],\"id\":\"i\",\"metadata\":{\"zone\":\"a\"},"
                "\"endpoints\":[\"grpc://h:1\"],\"name\":\"user\"}",
                false);

    assert_str(got.id, STR("i"));
    assert_str(got.service, STR("user"));
    assert_str(got.address, STR("h:1"));
}

/* Kratos wrote TLS into the query first, and into the scheme later. */
static void the_first_endpoint_that_speaks_as_wanted_is_taken(void **state)
{
    static const char all[] = "{\"endpoints\":[\"http://h:1\",\"grpc://h:2?isSecure=true\","
                              "\"grpc://h:3/?isSecure=false\",\"grpcs://h:4\",\"grpc://h:5\"]}";

    (void)state;
    assert_str(read_ok(all, false).address, STR("h:3"));
    assert_str(read_ok(all, true).address, STR("h:2"));
    assert_str(read_ok("{\"endpoints\":[\"grpcs://h:4/\"]}", true).address, STR("h:4"));
    assert_str(read_ok("{\"endpoints\":[\"grpcs://h:4/\"]}", false).address, STR(""));
    assert_str(read_ok("{\"endpoints\":null}", false).address, STR(""));
}

static void what_is_no_instance_is_refused_and_nothing_is_written(void **state)
{
    static const char *const bad[] = {
        "",
        "[]",
        "null",
        "{\"id\":1}",
        "{\"id\":\"x\"",
        "{\"endpoints\":\"grpc://h:1\"}",
        "{\"endpoints\":[\"grpc://\"]}",
        "{\"endpoints\":[\"grpc:h:1\"]}",
        "{\"endpoints\":[\"grpc://h\"]}",
        "{\"endpoints\":[\"grpc://h:0\"]}",
        "{\"endpoints\":[\"grpc://a b:1\"]}",
        "{\"endpoints\":[1]}",
        "{} {}",
    };
    struct registry_instance out = {.id = STR("untouched")};

    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++)
        assert_err(kratos_json_read(&ctx, str_of(bad[i]), &out), ERR_INVALID);
    assert_str(out.id, STR("untouched"));
}

static void a_value_has_a_limit(void **state)
{
    const char *text = arena_printf(&arena, "{\"id\":\"%0*d\"}", KRATOS_JSON_MAX - 9, 0);
    struct registry_instance out = {0};

    (void)state;
    assert_int_equal(strlen(text), KRATOS_JSON_MAX);
    assert_ok(&ctx, kratos_json_read(&ctx, str_of(text), &out));
    assert_err(kratos_json_read(&ctx, arena_str(&arena, "%s ", text), &out), ERR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_instance_is_written_as_go_marshals_it),
        TEST(what_was_written_is_read),
        TEST(members_of_later_versions_are_skipped),
        TEST(the_first_endpoint_that_speaks_as_wanted_is_taken),
        TEST(what_is_no_instance_is_refused_and_nothing_is_written),
        TEST(a_value_has_a_limit),
    };

    return cmocka_run_group_tests_name("kratos_json", tests, NULL, teardown);
}
