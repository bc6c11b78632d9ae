/* Tests of the table of settings: its page of reference, and mistakes of ours. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"

static const struct config_setting settings[] = {
    {.name = "http.listen", .text = "127.0.0.1:8080", .help = "Address | port."},
    {.name = "media.encodes",
     .type = CONFIG_INT,
     .text = "2",
     .min = 1,
     .max = 64,
     .help = "Jobs."},
    {.name = "demo", .type = CONFIG_BOOL, .text = "false", .reload = true, .help = "Demo world."},
};

static void the_reference_is_a_markdown_table(void **state)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    (void)state;
    assert_non_null(out);
    config_reference(settings, COUNT(settings), out);
    assert_int_equal(fclose(out), 0);
    assert_non_null(
        strstr(text, "\n| `media.encodes` | `2` | a whole number from 1 to 64 | no | Jobs. |\n"));
    assert_non_null(strstr(
        text, "| `http.listen` | `127.0.0.1:8080` | a line of text | no | Address \\| port. |\n"));
    assert_non_null(strstr(text, "| yes | Demo world. |\n"));
    free(text);
}

/* Does the call end the process by abort()? */
static bool aborts(void (*call)(struct config *), struct config *f)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        (void)signal(SIGABRT, SIG_DFL); /* cmocka's would report a failed test */
        call(f);
        _exit(0);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void get_unknown(struct config *f)
{
    (void)config_int(f, "no.such");
}

static void get_wrong_type(struct config *f)
{
    (void)config_str(f, "demo");
}

static void create_bad_default(struct config *f)
{
    static const struct config_setting bad = {
        .name = "a", .type = CONFIG_INT, .text = "0", .min = 1, .max = 2, .help = "."};

    (void)f;
    (void)config_create(&bad, 1);
}

static void create_twins(struct config *f)
{
    static const struct config_setting bad[] = {{.name = "a.b", .text = "", .help = "."},
                                                {.name = "a_b", .text = "", .help = "."}};

    (void)f;
    (void)config_create(bad, COUNT(bad));
}

static void our_own_mistakes_abort(void **state)
{
    struct config *f = config_create(settings, COUNT(settings));

    (void)state;
    assert_true(aborts(get_unknown, f));
    assert_true(aborts(get_wrong_type, f));
    assert_true(aborts(create_bad_default, f));
    assert_true(aborts(create_twins, f));
    config_destroy(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_reference_is_a_markdown_table),
        TEST(our_own_mistakes_abort),
    };

    return cmocka_run_group_tests_name("config_table", tests, NULL, NULL);
}
