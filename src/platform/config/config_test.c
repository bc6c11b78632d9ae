/* Tests of settings: values, sources, a user's mistakes and what is printed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "config.h"
#include "fixture.h"

static const char *const levels[] = {"debug", "info", "warn", "error", NULL};

static const struct config_setting settings[] = {
    {.name = "http.listen", .text = "127.0.0.1:8080", .help = "Address | port."},
    {.name = "http.body_max",
     .type = CONFIG_BYTES,
     .text = "64MiB",
     .max = 1 << 30,
     .help = "Size."},
    {.name = "media.encodes",
     .type = CONFIG_INT,
     .text = "2",
     .min = 1,
     .max = 64,
     .help = "Jobs."},
    {.name = "demo", .type = CONFIG_BOOL, .text = "false", .help = "Demo world."},
    {.name = "idle",
     .type = CONFIG_DURATION,
     .text = "5s",
     .min = 100,
     .max = 3600000,
     .reload = true,
     .help = "Idle time."},
    {.name = "log.level",
     .type = CONFIG_CHOICE,
     .text = "info",
     .choices = levels,
     .help = "Least."},
    {.name = "auth.key", .text = "", .max = 64, .secret = true, .help = "Key of tokens."},
    {.name = "auth.cost", .type = CONFIG_INT, .text = "12", .secret = true, .help = "Cost."},
};

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct config *config;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->config = config_create(settings, COUNT(settings));
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    config_destroy(f->config);
    return fixture_end(state);
}

static struct err *load(struct fixture *f, const char *yaml)
{
    return config_load_yaml(f->config, &f->ctx, "duan.yaml", str_of(yaml));
}

static struct err *load_env(struct fixture *f, const char *const *env, const char *const *except)
{
    char *copy[8] = {NULL};

    for (size_t i = 0; env[i]; i++) {
        size_t size = strlen(env[i]) + 1;

        assert_in_range(i, 0, COUNT(copy) - 2);
        copy[i] = memcpy(arena_bytes(&f->arena, size), env[i], size);
    }
    return config_load_env(f->config, &f->ctx, copy, except);
}

/* The YAML is refused with exactly this message. */
static void refused(struct fixture *f, const char *yaml, const char *message)
{
    struct err *e = load(f, yaml);

    assert_non_null(e);
    assert_int_equal(e->code, ERR_INVALID);
    assert_string_equal(e->msg, message);
}

static void defaults_apply_until_something_is_set(void **state)
{
    struct fixture *f = *state;

    assert_str(config_str(f->config, "http.listen"), STR("127.0.0.1:8080"));
    assert_int_equal(config_bytes(f->config, "http.body_max"), 64 << 20);
    assert_int_equal(config_int(f->config, "media.encodes"), 2);
    assert_false(config_bool(f->config, "demo"));
    assert_int_equal(config_duration_ms(f->config, "idle"), 5000);
    assert_str(config_str(f->config, "log.level"), STR("info"));
    assert_int_equal(config_choice(f->config, "log.level"), 1);
    assert_false(config_is_set(f->config, "demo"));
}

static void nested_maps_and_dotted_keys_mean_the_same(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, load(f, "http:\n  listen: 0.0.0.0:80\n  body_max: 1GiB\n"
                               "media.encodes: 7\ndemo: true\nidle: 10m\nlog: {level: error}\n"));
    assert_str(config_str(f->config, "http.listen"), STR("0.0.0.0:80"));
    assert_int_equal(config_bytes(f->config, "http.body_max"), 1 << 30);
    assert_int_equal(config_int(f->config, "media.encodes"), 7);
    assert_true(config_bool(f->config, "demo"));
    assert_int_equal(config_duration_ms(f->config, "idle"), 600000);
    assert_int_equal(config_choice(f->config, "log.level"), 3);
    assert_true(config_is_set(f->config, "demo"));
}

static void sources_outrank_each_other_in_any_order(void **state)
{
    struct fixture *f = *state;
    const char *const env[] = {"DUAN_MEDIA_ENCODES=20", "DUAN_IDLE=1s", "HOME=/", NULL};

    assert_ok(&f->ctx, config_load_set(f->config, &f->ctx, STR("media.encodes=30")));
    assert_ok(&f->ctx, load_env(f, env, NULL));
    assert_ok(&f->ctx, load(f, "media.encodes: 10\nidle: 2s\ndemo: true\n"));
    assert_int_equal(config_int(f->config, "media.encodes"), 30);
    assert_int_equal(config_duration_ms(f->config, "idle"), 1000);
    assert_true(config_bool(f->config, "demo"));
}

static void within_a_source_the_later_call_wins(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, config_load_set(f->config, &f->ctx, STR("media.encodes=30")));
    assert_ok(&f->ctx, config_load_set(f->config, &f->ctx, STR("media.encodes=31")));
    assert_int_equal(config_int(f->config, "media.encodes"), 31);
}

static void a_wrong_value_names_place_and_allowed_values(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *yaml, *message;
    } cases[] = {
        {"\n\nmedia:\n  encodes: many\n",
         "duan.yaml:4: media.encodes: \"many\" is not a whole number from 1 to 64"},
        {"media.encodes: 65",
         "duan.yaml:1: media.encodes: \"65\" is not a whole number from 1 to 64"},
        {"demo: yes", "duan.yaml:1: demo: \"yes\" is not true or false"},
        {"idle: 5", "duan.yaml:1: idle: \"5\" is not a time such as 500ms, 5s, 10m, 1h or 7d, "
                    "from 100ms to 1h"},
        {"idle: 99ms",
         "duan.yaml:1: idle: \"99ms\" is not a time such as 500ms, 5s, 10m, 1h or 7d, "
         "from 100ms to 1h"},
        {"http.body_max: 2GiB",
         "duan.yaml:1: http.body_max: \"2GiB\" is not a size such as 64MiB, from 0 to 1GiB"},
        {"http.body_max: 99999999999TiB", "duan.yaml:1: http.body_max: \"99999999999TiB\" is not a "
                                          "size such as 64MiB, from 0 to 1GiB"},
        {"log.level: INFO",
         "duan.yaml:1: log.level: \"INFO\" is not one of debug, info, warn, error"},
        {"http.listen: \"a\\nb\"", "duan.yaml:1: http.listen: the value is not a line of text"},
        {"http.listen: [a, b]", "duan.yaml:1: \"http.listen\": a list is not expected"},
        {"http.listen:", "duan.yaml:1: \"http.listen\" has no value; the empty text is \"\""},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        refused(f, cases[i].yaml, cases[i].message);
}

static void an_unknown_name_suggests_the_nearest(void **state)
{
    struct fixture *f = *state;

    refused(f, "http.lisen: x",
            "duan.yaml:1: \"http.lisen\" is not a setting; "
            "did you mean http.listen?");
    refused(f, "encodes: 3",
            "duan.yaml:1: \"encodes\" is not a setting; "
            "did you mean media.encodes?");
    refused(f, "weather: 3", "duan.yaml:1: \"weather\" is not a setting");
}

static void all_mistakes_of_a_file_come_together(void **state)
{
    struct fixture *f = *state;

    refused(f, "demo: 1\nidle: x\nidel: 7s\n",
            "duan.yaml:1: demo: \"1\" is not true or false\n"
            "duan.yaml:2: idle: \"x\" is not a time such as 500ms, 5s, 10m, 1h or 7d, "
            "from 100ms to 1h\n"
            "duan.yaml:3: \"idel\" is not a setting; did you mean idle?");
}

static void a_flood_of_mistakes_is_counted_not_listed(void **state)
{
    struct fixture *f = *state;
    const char *yaml = "";

    for (int i = 0; i < 25; i++)
        yaml = arena_printf(&f->arena, "%swrong%d: 1\n", yaml, i);
    struct err *e = load(f, yaml);

    assert_non_null(e);
    assert_true(str_ends(str_of(e->msg), STR("\nand 5 more")));
}

static void a_load_that_fails_changes_nothing(void **state)
{
    struct fixture *f = *state;

    assert_err(load(f, "demo: true\nmedia.encodes: 0\n"), ERR_INVALID);
    assert_false(config_bool(f->config, "demo"));
    assert_false(config_is_set(f->config, "demo"));
}

static void a_setting_given_twice_is_refused(void **state)
{
    struct fixture *f = *state;

    refused(f, "http:\n  listen: a\nhttp.listen: b\n",
            "duan.yaml:3: http.listen is already set at duan.yaml:2");
}

static void wrong_yaml_is_placed_by_line_and_column(void **state)
{
    struct fixture *f = *state;

    refused(f, "demo: true\n\tidle: 5s\n",
            "duan.yaml:2:1: found a tab character that violates indentation while scanning a plain "
            "scalar");
    refused(f, "demo: true\nidle: \x01\n", "duan.yaml:2:7: control characters are not allowed");
    refused(f, "demo: \"\xff\"\n", "duan.yaml:1:8: invalid leading UTF-8 octet");
}

static void yaml_beyond_settings_is_refused(void **state)
{
    struct fixture *f = *state;

    refused(f, "demo: &x true\n",
            "duan.yaml:1: tags (!name) and anchors (&name) are not supported");
    refused(f, "a: *x\n", "duan.yaml:1: aliases (*name) are not supported");
    refused(f, "demo: !!bool true\n",
            "duan.yaml:1: tags (!name) and anchors (&name) are not supported");
    refused(f, "- demo\n", "duan.yaml:1: expected lines of the form name: value");
    refused(f, "demo\n", "duan.yaml:1: expected lines of the form name: value");
    refused(f, "? {a: b}\n: c\n", "duan.yaml:1: a map cannot be the name of a setting");
    refused(f, "--- {demo: true}\n--- {demo: true}\n",
            "duan.yaml:2: a second document begins; there may be only one");
    refused(f, "{a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}}", "duan.yaml:1: too many levels");
}

static void a_list_with_maps_inside_is_one_mistake(void **state)
{
    struct fixture *f = *state;

    refused(f, "http:\n  listen: [a, {b: [c]}]\n  body_max: 1x\n",
            "duan.yaml:2: \"http.listen\": a list is not expected\n"
            "duan.yaml:3: http.body_max: \"1x\" is not a size such as 64MiB, from 0 to 1GiB");
}

static void empty_files_and_sections_are_fine(void **state)
{
    static const char *const texts[] = {
        NULL,           "",
        "# nothing\n",  "---\n",
        "\xef\xbb\xbf", "http:\n  # listen: x\nlog: ~\ndemo: true\n"};
    struct fixture *f = *state;

    for (size_t i = 0; i < COUNT(texts); i++)
        assert_ok(&f->ctx, load(f, texts[i]));
    assert_true(config_bool(f->config, "demo"));
}

static void a_text_too_long_is_refused(void **state)
{
    struct fixture *f = *state;
    char *bytes = memset(arena_bytes(&f->arena, CONFIG_FILE_MAX + 1), '#', CONFIG_FILE_MAX + 1);
    struct str text = {bytes, CONFIG_FILE_MAX + 1};
    struct err *e = config_load_yaml(f->config, &f->ctx, "duan.yaml", text);

    assert_non_null(e);
    assert_string_equal(e->msg, "duan.yaml: longer than 1048576 bytes");
    text.len--;
    assert_ok(&f->ctx, config_load_yaml(f->config, &f->ctx, "duan.yaml", text));
}

static void a_file_is_read_and_a_missing_one_is_not_found(void **state)
{
    struct fixture *f = *state;
    char path[] = "config_test_XXXXXX";
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, "demo: true\n", 11), 11);
    assert_int_equal(close(fd), 0);
    assert_ok(&f->ctx, config_load_file(f->config, &f->ctx, path));
    assert_true(config_bool(f->config, "demo"));
    assert_int_equal(unlink(path), 0);
    assert_err(config_load_file(f->config, &f->ctx, path), ERR_NOT_FOUND);
    assert_err(config_load_file(f->config, &f->ctx, "."), ERR_UNAVAILABLE);
}

static void the_environment_is_checked_too(void **state)
{
    struct fixture *f = *state;
    const char *const env[] = {"DUAN_DEMO=1", "DUAN_HTTP_LISTNE=x", NULL};
    struct err *e = load_env(f, env, NULL);

    assert_non_null(e);
    assert_string_equal(e->msg, "DUAN_DEMO: demo: \"1\" is not true or false\n"
                                "DUAN_HTTP_LISTNE: \"http_listne\" is not a setting; "
                                "did you mean http.listen?");
}

static void variables_that_are_no_settings_are_passed_over(void **state)
{
    struct fixture *f = *state;
    const char *const env[] = {"DUAN_CONFIG=x.yaml",
                               "DUAN_SERVICE_HOST=10.0.0.1",
                               "DUANX=1",
                               "DUAN_PORT=tcp://10.0.0.1:80",
                               "DUAN_PORT_80_TCP_ADDR=10.0.0.1",
                               "DUAN_GATEWAY_SERVICE_PORT_HTTP=80",
                               NULL};
    const char *const except[] = {"DUAN_CONFIG", NULL};

    assert_ok(&f->ctx, load_env(f, env, except));
    assert_err(load_env(f, env, NULL), ERR_INVALID);
}

static void a_set_without_a_value_is_refused(void **state)
{
    struct fixture *f = *state;

    assert_err(config_load_set(f->config, &f->ctx, STR("demo")), ERR_INVALID);
    assert_err(config_load_set(f->config, &f->ctx, STR("demo=")), ERR_INVALID);
    assert_ok(&f->ctx, config_load_set(f->config, &f->ctx, STR("http.listen=a=b")));
    assert_str(config_str(f->config, "http.listen"), STR("a=b"));
}

static void a_secret_is_not_shown_in_a_mistake(void **state)
{
    struct fixture *f = *state;

    refused(f, "auth.cost: hunter2\n", "duan.yaml:1: auth.cost: the value is not a whole number");
    refused(f, "auth.key: '***'\n", /* copied from what was printed */
            "duan.yaml:1: auth.key: the value is not a line of text from 0 to 64 bytes");
}

static const char *printed(struct fixture *f)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    assert_non_null(out);
    config_print(f->config, out);
    assert_int_equal(fclose(out), 0);
    const char *copy = arena_copy(&f->arena, (struct str){text, len}).ptr;

    free(text);
    return copy;
}

static void printing_tells_value_source_and_help(void **state)
{
    struct fixture *f = *state;

    assert_ok(&f->ctx, load(f, "media.encodes: 7\nauth.key: hunter2\n"));
    const char *text = printed(f);

    assert_non_null(strstr(text, "# Jobs.\nmedia.encodes: 7 # duan.yaml:1\n"));
    assert_non_null(strstr(text, "# Address | port.\nhttp.listen: \"127.0.0.1:8080\" # default\n"));
    assert_non_null(strstr(text, "# auth.key: \"***\" # duan.yaml:2\n"));
    assert_null(strstr(text, "hunter2"));
}

static void what_is_printed_loads_again(void **state)
{
    struct fixture *f = *state;
    struct config *again = config_create(settings, COUNT(settings));
    size_t at = 0;

    assert_ok(&f->ctx, load(f, "http.listen: \"a'\\\"#: \\u77ed\"\nidle: 1m\nlog.level: warn\n"));
    assert_ok(&f->ctx, config_load_yaml(again, &f->ctx, "again", str_of(printed(f))));
    assert_null(config_changed(f->config, again, &at));
    assert_true(config_is_set(again, "idle"));
    config_destroy(again);
}

static void changes_are_found_one_by_one(void **state)
{
    struct fixture *f = *state;
    struct config *after = config_create(settings, COUNT(settings));
    size_t at = 0;

    assert_ok(&f->ctx, config_load_yaml(after, &f->ctx, "new",
                                        STR("idle: 5000ms\nhttp.listen: x\ndemo: true\n")));
    assert_string_equal(config_changed(f->config, after, &at)->name, "http.listen");
    assert_string_equal(config_changed(f->config, after, &at)->name, "demo");
    assert_null(config_changed(f->config, after, &at)); /* 5000ms is 5s */
    config_destroy(after);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(defaults_apply_until_something_is_set),
        CASE(nested_maps_and_dotted_keys_mean_the_same),
        CASE(sources_outrank_each_other_in_any_order),
        CASE(within_a_source_the_later_call_wins),
        CASE(a_wrong_value_names_place_and_allowed_values),
        CASE(an_unknown_name_suggests_the_nearest),
        CASE(all_mistakes_of_a_file_come_together),
        CASE(a_flood_of_mistakes_is_counted_not_listed),
        CASE(a_load_that_fails_changes_nothing),
        CASE(a_setting_given_twice_is_refused),
        CASE(wrong_yaml_is_placed_by_line_and_column),
        CASE(yaml_beyond_settings_is_refused),
        CASE(a_list_with_maps_inside_is_one_mistake),
        CASE(empty_files_and_sections_are_fine),
        CASE(a_text_too_long_is_refused),
        CASE(a_file_is_read_and_a_missing_one_is_not_found),
        CASE(the_environment_is_checked_too),
        CASE(variables_that_are_no_settings_are_passed_over),
        CASE(a_set_without_a_value_is_refused),
        CASE(a_secret_is_not_shown_in_a_mistake),
        CASE(printing_tells_value_source_and_help),
        CASE(what_is_printed_loads_again),
        CASE(changes_are_found_one_by_one),
    };

    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
