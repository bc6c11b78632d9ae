/* Tests of the page of metrics, by a strict reader of the text format, and of process_metrics. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "metrics.h"
#include "process_metrics.h"
#include "utf8.h"

enum { SAMPLES_MAX = 500, FAMILIES_MAX = 50 };

struct sample {
    struct str name, labels; /* labels as they stand, without the braces */
    double value;
};

/* What was read; the family that is being read is the last one. */
struct page {
    struct sample samples[SAMPLES_MAX];
    size_t count;
    struct str families[FAMILIES_MAX], types[FAMILIES_MAX];
    size_t family_count;
    bool typed;
};

static struct arena arena;
static struct ctx ctx = {.arena = &arena};
static struct page page;

static int teardown(void **state)
{
    (void)state;
    arena_fini(&arena);
    return 0;
}

static void must(bool ok, const char *rule, struct str line)
{
    if (ok)
        return;
    fail_msg("%s: " STR_FMT, rule, STR_ARG(line));
    abort(); /* not reached, which linters cannot know */
}

static size_t name_len(struct str s)
{
    size_t len = 0;

    while (len < s.len &&
           (s.ptr[len] == '_' || s.ptr[len] == ':' || (s.ptr[len] >= 'a' && s.ptr[len] <= 'z') ||
            (len > 0 && s.ptr[len] >= '0' && s.ptr[len] <= '9')))
        len++;
    return len;
}

static void read_help(struct str line)
{
    struct str rest = str_from(line, strlen("# HELP ")), name = str_cut(&rest, ' ');

    must(name.len > 0 && name_len(name) == name.len, "bad name", line);
    must(rest.len > 0, "no help", line);
    for (size_t i = 0; i < page.family_count; i++)
        must(!str_eq(page.families[i], name), "family in two places", line);
    assert_in_range(page.family_count, 0, FAMILIES_MAX - 1);
    page.families[page.family_count++] = name;
    page.typed = false;
}

static void read_type(struct str line)
{
    struct str rest = str_from(line, strlen("# TYPE ")), name = str_cut(&rest, ' ');

    must(page.family_count > 0 && !page.typed, "TYPE without HELP", line);
    must(str_eq(name, page.families[page.family_count - 1]), "TYPE of another family", line);
    must(str_eq(rest, STR("counter")) || str_eq(rest, STR("gauge")) ||
             str_eq(rest, STR("histogram")),
         "bad type", line);
    page.types[page.family_count - 1] = rest;
    page.typed = true;
}

/* `a="x",b="y"}` from the front of *s. */
static struct str read_labels(struct str *s, struct str line)
{
    struct str labels = *s;

    do {
        size_t len = name_len(*s);

        must(len > 0 && str_starts(str_from(*s, len), STR("=\"")), "bad label", line);
        *s = str_from(*s, len + 2);
        for (; s->len && s->ptr[0] != '"'; *s = str_from(*s, 1))
            if (s->ptr[0] == '\\') {
                must(s->len > 1 && strchr("\\\"n", s->ptr[1]) != NULL, "bad escape", line);
                *s = str_from(*s, 1);
            }
        *s = str_from(*s, 1);
        if (!str_starts(*s, STR(",")))
            break;
        *s = str_from(*s, 1);
    } while (true);
    labels.len = (size_t)(s->ptr - labels.ptr);
    must(str_starts(*s, STR("}")), "labels do not end", line);
    *s = str_from(*s, 1);
    return labels;
}

/* Only a histogram's samples have a suffix, and they all have one. */
static bool belongs(struct str name)
{
    struct str family = page.families[page.family_count - 1];
    struct str suffix = str_from(name, family.len);

    if (!str_starts(name, family))
        return false;
    if (!str_eq(page.types[page.family_count - 1], STR("histogram")))
        return suffix.len == 0;
    return str_eq(suffix, STR("_bucket")) || str_eq(suffix, STR("_sum")) ||
           str_eq(suffix, STR("_count"));
}

static void read_sample(struct str line)
{
    struct sample *s = &page.samples[page.count];
    size_t len = name_len(line);
    struct str rest = str_from(line, len);
    char *end = NULL;

    assert_in_range(page.count, 0, SAMPLES_MAX - 1);
    *s = (struct sample){.name = {line.ptr, len}};
    must(len > 0 && page.typed && belongs(s->name), "sample outside its family", line);
    if (str_starts(rest, STR("{"))) {
        rest = str_from(rest, 1);
        s->labels = read_labels(&rest, line);
    }
    must(str_starts(rest, STR(" ")) && rest.len > 1 && rest.ptr[1] != ' ', "no value", line);
    s->value = strtod(rest.ptr + 1, &end);
    must(end == line.ptr + line.len, "bad value", line);
    for (size_t i = 0; i < page.count; i++)
        must(!str_eq(page.samples[i].name, s->name) || !str_eq(page.samples[i].labels, s->labels),
             "sample twice", line);
    page.count++;
}

static void read_page(struct metrics *m)
{
    struct str text = metrics_write(m, &ctx);

    memset(&page, 0, sizeof(page));
    assert_true(utf8_valid(text) && str_ends(text, STR("\n")));
    while (text.len) {
        struct str line = str_cut(&text, '\n');

        if (str_starts(line, STR("# HELP ")))
            read_help(line);
        else if (str_starts(line, STR("# TYPE ")))
            read_type(line);
        else
            read_sample(line);
    }
}

static double value(const char *name, const char *labels)
{
    for (size_t i = 0; i < page.count; i++)
        if (str_eq(page.samples[i].name, str_of(name)) &&
            str_eq(page.samples[i].labels, str_of(labels)))
            return page.samples[i].value;
    fail_msg("no sample %s{%s}", name, labels);
    return 0;
}

static bool is(const char *name, const char *labels, double want)
{
    double got = value(name, labels);

    return got >= want && got <= want;
}

static void every_kind_can_be_read_back(void **state)
{
    struct metrics *m = metrics_create();
    struct metric_histogram *h =
        metrics_histogram(m, "size_bytes", "Sizes.", &metrics_bytes, metrics_label("of", STR("x")));

    (void)state;
    metrics_add(metrics_counter(m, "a_total", "Line\nend \\ and more."), 7);
    metrics_add(metrics_counter(m, "a_total", "", metrics_label("v", STR("{},=\"\\\n "))), 8);
    metrics_set(metrics_gauge(m, "g", "G."), INT64_MIN);
    (void)metrics_histogram(m, "size_bytes", "", &metrics_bytes);
    metrics_observe(h, 300);
    read_page(m);
    assert_true(is("a_total", "", 7));
    assert_true(is("a_total", "v=\"{},=\\\"\\\\\\n \"", 8));
    assert_true(is("g", "", -9223372036854775808.0));
    assert_true(is("size_bytes_bucket", "of=\"x\",le=\"256\"", 0));
    assert_true(is("size_bytes_bucket", "of=\"x\",le=\"1024\"", 1));
    assert_true(is("size_bytes_bucket", "of=\"x\",le=\"1073741824\"", 1));
    assert_true(is("size_bytes_sum", "of=\"x\"", 300));
    metrics_destroy(m);
}

static void a_help_text_is_one_line(void **state)
{
    static const char want[] = "\n# HELP g One\\n\\\\two\n# TYPE g gauge\ng 0\n";
    struct metrics *m = metrics_create();

    (void)state;
    (void)metrics_gauge(m, "g", "One\n\\two");
    struct str text = metrics_write(m, &ctx);

    assert_non_null(memmem(text.ptr, text.len, want, strlen(want)));
    metrics_destroy(m);
}

static void the_buckets_of_a_histogram_add_up(void **state)
{
    struct metrics *m = metrics_create();
    struct metric_histogram *h = metrics_histogram(m, "h", "H.", &metrics_seconds);
    double last = 0;
    size_t buckets = 0;

    (void)state;
    for (int64_t ns = 1; ns < INT64_C(1000000000000); ns *= 3)
        metrics_observe(h, ns);
    read_page(m);
    for (size_t i = 0; i < page.count; i++)
        if (str_eq(page.samples[i].name, STR("h_bucket"))) {
            assert_true(page.samples[i].value >= last);
            last = page.samples[i].value;
            buckets++;
        }
    assert_int_equal(buckets, metrics_seconds.count + 1);
    assert_true(is("h_count", "", last) && is("h_bucket", "le=\"+Inf\"", last) && last > 20);
    metrics_destroy(m);
}

struct pool {
    struct str name;
    double depth;
};

static void sample_pool(void *self, struct metrics_scrape *s)
{
    struct pool *pool = self;

    metrics_sample_gauge(s, "pool_depth", "Jobs.", pool->depth, metrics_label("pool", pool->name));
    metrics_sample_counter(s, "pool_jobs_total", "Jobs.", 1, metrics_label("pool", pool->name));
}

static void collectors_are_asked_at_each_scrape_and_joined_by_name(void **state)
{
    struct metrics *m = metrics_create();
    struct pool http = {STR("http"), 0.1}, hash = {STR("hash"), 1e300};

    (void)state;
    metrics_set(metrics_gauge(m, "pool_depth", "Jobs."), 3);
    metrics_collect(m, sample_pool, &http);
    metrics_collect(m, sample_pool, &hash);
    read_page(m);
    assert_true(is("pool_depth", "", 3) && is("pool_depth", "pool=\"http\"", 0.1));
    assert_true(is("pool_depth", "pool=\"hash\"", 1e300));
    assert_true(is("pool_jobs_total", "pool=\"hash\"", 1));
    http.depth = (double)INFINITY;
    hash.depth = (double)NAN;
    read_page(m);
    assert_true(is("pool_depth", "pool=\"http\"", (double)INFINITY));
    assert_true(isnan(value("pool_depth", "pool=\"hash\"")));
    metrics_destroy(m);
}

static void sample_flood(void *self, struct metrics_scrape *s)
{
    char text[16];

    (void)self;
    for (int i = 0; i < METRICS_SERIES_MAX + 5; i++) {
        (void)snprintf(text, sizeof(text), "%d", i);
        metrics_sample_gauge(s, "g", "G.", i, metrics_label("id", str_of(text)));
    }
}

static void too_many_samples_are_refused_and_counted(void **state)
{
    struct metrics *m = metrics_create();

    (void)state;
    metrics_collect(m, sample_flood, NULL);
    struct str text = metrics_write(m, &ctx);

    assert_non_null(memmem(text.ptr, text.len, "\nduan_metrics_refused_total 5\n", 30));
    assert_null(memmem(text.ptr, text.len, "g{id=\"10000\"}", 13));
    metrics_destroy(m);
}

static void the_process_tells_what_it_takes(void **state)
{
    struct metrics *m = metrics_create();

    (void)state;
    process_metrics_add(m);
    read_page(m);
    double now = (double)clock_wall_ms() / CLOCK_MS_PER_S,
           start = value("process_start_time_seconds", "");

    assert_true(start <= now && start > now - 86400);
    assert_true(value("process_resident_memory_bytes", "") > 100000);
    assert_true(value("process_virtual_memory_bytes", "") >
                value("process_resident_memory_bytes", ""));
    assert_true(value("process_threads", "") >= 1);
    assert_true(value("process_cpu_seconds_total", "") > 0);
    assert_true(value("process_max_fds", "") >= value("process_open_fds", ""));
    metrics_destroy(m);
}

/* Those of a test are few and have small numbers. */
static int open_files(void)
{
    int open = 0;

    for (int fd = 0; fd < 1024; fd++)
        open += fcntl(fd, F_GETFD) != -1;
    return open;
}

static void an_open_file_is_counted_and_nothing_else_moves(void **state)
{
    struct metrics *m = metrics_create();

    (void)state;
    process_metrics_add(m);
    read_page(m);
    double before = value("process_open_fds", ""), start = value("process_start_time_seconds", "");
    int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    read_page(m);
    int files = open_files();

    (void)close(fd);
    assert_true(is("process_open_fds", "", before + 1) && is("process_open_fds", "", files));
    assert_true(is("process_start_time_seconds", "", start));
    metrics_destroy(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(every_kind_can_be_read_back),
        TEST(a_help_text_is_one_line),
        TEST(the_buckets_of_a_histogram_add_up),
        TEST(collectors_are_asked_at_each_scrape_and_joined_by_name),
        TEST(too_many_samples_are_refused_and_counted),
        TEST(the_process_tells_what_it_takes),
        TEST(an_open_file_is_counted_and_nothing_else_moves),
    };

    return cmocka_run_group_tests_name("metrics_page", tests, NULL, teardown);
}
