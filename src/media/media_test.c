/* Tests of reasons, and of the report of a worker that may lie. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <stdlib.h>

#include "media.h"

static const char whole_report[] = "sandbox landlock7 user namespaces root\n"
                                   "container mp4\nvideo h264\npixels yuv420p\naudio aac\n"
                                   "obstacle none\nduration_ms 4000\nwidth 720\nheight 1280\n"
                                   "fps 30000/1001\nturned 1\nhdr 0\nfaststart 1\n"
                                   "cover_width 720\ncover_height 1280\n"
                                   "cover_color 7f3a22\nprogress 500\ndamaged 2\n";

static bool feed(struct media_report *r, const char *text)
{
    return media_report_feed(r, str_of(text));
}

/* True when a fresh report takes it. */
static bool takes(const char *text)
{
    struct media_report r = {0};

    return feed(&r, text);
}

static void a_whole_report_gives_every_property(void **state)
{
    struct media_report r = {0};
    const struct media_properties *p = &r.properties;

    (void)state;
    assert_true(feed(&r, whole_report));
    assert_true(media_report_complete(&r));
    assert_string_equal(p->container, "mp4");
    assert_string_equal(p->video, "h264");
    assert_string_equal(p->pixels, "yuv420p");
    assert_string_equal(p->audio, "aac");
    assert_string_equal(p->obstacle, "none");
    assert_int_equal(p->duration_ms, 4000);
    assert_int_equal(p->width, 720);
    assert_int_equal(p->height, 1280);
    assert_int_equal(p->fps_num, 30000);
    assert_int_equal(p->fps_den, 1001);
    assert_true(p->turned && !p->hdr && p->faststart);
}

static void what_is_not_a_property_is_kept_too(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_true(feed(&r, whole_report));
    assert_true(feed(&r, "failure mp4 write: No space left\n"));
    assert_string_equal(r.failure, "mp4 write: No space left");
    assert_string_equal(r.sandbox, "landlock7 user namespaces root");
    assert_int_equal(r.cover_width, 720);
    assert_int_equal(r.cover_height, 1280);
    assert_string_equal(r.cover_color, "7f3a22");
    assert_int_equal(r.progress, 500);
    assert_int_equal(r.damaged, 2);
}

static void a_report_without_one_property_is_incomplete(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_false(media_report_complete(&r));
    assert_true(feed(&r, "container mp4\nvideo h264\npixels yuv420p\naudio aac\nobstacle none\n"
                         "duration_ms 1\nwidth 1\nheight 1\nfps 1/1\nturned 0\nhdr 0\n"));
    assert_false(media_report_complete(&r));
    assert_true(feed(&r, "faststart 0\n"));
    assert_true(media_report_complete(&r));
}

static void a_report_may_come_byte_by_byte(void **state)
{
    struct media_report r = {0};

    (void)state;
    for (size_t i = 0; whole_report[i]; i++)
        assert_true(media_report_feed(&r, (struct str){whole_report + i, 1}));
    assert_true(media_report_complete(&r));
    assert_int_equal(r.properties.height, 1280);
}

static void a_line_without_its_end_is_not_believed(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_true(feed(&r, "width 72"));
    assert_int_equal(r.properties.width, 0);
    assert_true(feed(&r, "0\n"));
    assert_int_equal(r.properties.width, 720);
}

static void what_breaks_a_rule_is_refused(void **state)
{
    static const char *const lies[] = {
        "width 0\n",
        "width -1\n",
        "width 32769\n",
        "width 99999999999999999999\n",
        "width 0x10\n",
        "width 1 \n",
        "width \n",
        "width\n",
        " width 1\n",
        "height 0\n",
        "duration_ms -1\n",
        "duration_ms 600001\n",
        "fps 30\n",
        "fps 0/1\n",
        "fps 1/0\n",
        "fps 241/1\n",
        "fps 1/3\n",
        "fps 30/1/1\n",
        "fps -30/-1\n",
        "turned 2\n",
        "hdr yes\n",
        "container MP4\n",
        "container ../etc\n",
        "container \n",
        "video aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "audio \"aac\"\n",
        "progress 1001\n",
        "progress -1\n",
        "damaged -1\n",
        "cover_width 0\n",
        "cover_color 7f3a2\n",
        "cover_color 7f3a220\n",
        "cover_color 7F3A22\n",
        "cover_color #7f3a2\n",
        "unknown 1\n",
        "\n",
        "failure \x1b[2J\n",
        "failure caf\xc3\xa9\n",
        "failure tab\there\n",
        "failure \x7f\n",
        "width 1\r\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(lies); i++)
        if (takes(lies[i]))
            fail_msg("accepted: %s", lies[i]);
}

static void the_limits_themselves_are_accepted(void **state)
{
    static const char *const truths[] = {
        "width 1\n",
        "width 32768\n",
        "duration_ms 0\n",
        "duration_ms 600000\n",
        "fps 240/1\n",
        "fps 1/2\n",
        "progress 0\n",
        "progress 1000\n",
        "video aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n",
        "failure \n",
        "failure ~ and spaces\n",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(truths); i++)
        if (!takes(truths[i]))
            fail_msg("refused: %s", truths[i]);
}

static void a_byte_of_zero_is_refused(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_false(media_report_feed(&r, STR("failure a\0b\n")));
}

static void a_refused_value_changes_nothing(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_true(feed(&r, "width 720\n"));
    assert_false(feed(&r, "width 99999\n"));
    assert_int_equal(r.properties.width, 720);
}

static void a_broken_report_stays_broken(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_false(feed(&r, "lie\n"));
    assert_false(feed(&r, "width 720\n"));
    assert_int_equal(r.properties.width, 0);
}

static void progress_never_falls(void **state)
{
    struct media_report r = {0};

    (void)state;
    assert_true(feed(&r, "progress 700\nprogress 300\n"));
    assert_int_equal(r.progress, 700);
}

static void a_line_has_a_longest_length(void **state)
{
    char line[MEDIA_LINE_MAX + 1];

    (void)state;
    memset(line, 'x', sizeof(line));
    memcpy(line, "failure ", 8);
    line[MEDIA_LINE_MAX - 1] = '\n';
    line[MEDIA_LINE_MAX] = '\0';
    assert_true(takes(line));
    line[MEDIA_LINE_MAX - 1] = 'x';
    assert_false(takes(line));
}

static void a_report_has_a_greatest_length(void **state)
{
    static const char line[] = "width 1\n"; /* eight bytes: divides the limit */
    struct media_report r = {0};

    (void)state;
    for (int i = 0; i < MEDIA_REPORT_MAX / 8; i++)
        assert_true(feed(&r, line));
    assert_false(feed(&r, "w"));
}

static void every_reason_has_a_name_and_a_sentence(void **state)
{
    (void)state;
    for (int i = 0; i < MEDIA_REASONS; i++) {
        const char *message = media_reason_message((enum media_reason)i);

        assert_non_null(media_reason_name((enum media_reason)i));
        assert_non_null(message);
        assert_int_equal(message[strlen(message) - 1], '.');
        for (int j = 0; j < i; j++)
            assert_string_not_equal(media_reason_name((enum media_reason)i),
                                    media_reason_name((enum media_reason)j));
    }
}

static void a_number_that_is_no_reason_has_a_name_too(void **state)
{
    (void)state;
    assert_string_equal(media_reason_name((enum media_reason)MEDIA_REASONS), "unknown");
    assert_string_equal(media_reason_name((enum media_reason)200), "unknown");
    assert_false(media_reason_retryable((enum media_reason)200));
}

static void only_what_the_server_is_to_blame_for_is_retried(void **state)
{
    unsigned wanted =
        1U << MEDIA_INTERNAL | 1U << MEDIA_TIMEOUT | 1U << MEDIA_CRASHED | 1U << MEDIA_NO_SANDBOX;

    (void)state;
    for (int i = 0; i < MEDIA_REASONS; i++)
        assert_int_equal(media_reason_retryable((enum media_reason)i), wanted >> i & 1);
}

static void the_worker_lies_beside_the_program(void **state)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    const char *path = NULL;

    (void)state;
    assert_ok(&c, media_worker_path(&c, &path));
    assert_int_equal(path[0], '/');
    assert_true(str_ends(str_of(path), STR("/src/media/duan-media")));
    arena_fini(&arena);
}

static void a_worker_that_cannot_be_started_is_internal(void **state)
{
    struct media_job job = {
        .worker = "/nonexistent/worker", .name = "probe", .limits = {.wall_ms = 1000}};
    struct media_outcome outcome;

    (void)state;
    media_run(&job, &outcome);
    assert_int_equal(outcome.reason, MEDIA_INTERNAL);
    assert_false(media_report_complete(&outcome.report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_whole_report_gives_every_property),
        TEST(what_is_not_a_property_is_kept_too),
        TEST(a_report_without_one_property_is_incomplete),
        TEST(a_report_may_come_byte_by_byte),
        TEST(a_line_without_its_end_is_not_believed),
        TEST(what_breaks_a_rule_is_refused),
        TEST(the_limits_themselves_are_accepted),
        TEST(a_byte_of_zero_is_refused),
        TEST(a_refused_value_changes_nothing),
        TEST(a_broken_report_stays_broken),
        TEST(progress_never_falls),
        TEST(a_line_has_a_longest_length),
        TEST(a_report_has_a_greatest_length),
        TEST(every_reason_has_a_name_and_a_sentence),
        TEST(a_number_that_is_no_reason_has_a_name_too),
        TEST(only_what_the_server_is_to_blame_for_is_retried),
        TEST(the_worker_lies_beside_the_program),
        TEST(a_worker_that_cannot_be_started_is_internal),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
