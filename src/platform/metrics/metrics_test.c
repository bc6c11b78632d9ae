/* Tests of the registry of metrics: series, limits, threads, and mistakes of ours. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "metrics.h"

enum { THREADS = 4, ROUNDS = 20000 };

struct fixture {
    struct arena arena;
    struct ctx ctx;
    struct metrics *metrics;
};

static int setup(void **state)
{
    struct fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->metrics = metrics_create();
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    metrics_destroy(f->metrics);
    return fixture_end(state);
}

/* Is this a whole line of the page? */
static bool has_line(struct fixture *f, const char *line)
{
    struct str page = metrics_write(f->metrics, &f->ctx), want = {line, strlen(line)};

    while (page.len)
        if (str_eq(str_cut(&page, '\n'), want))
            return true;
    return false;
}

static void the_same_labels_are_the_same_series(void **state)
{
    struct fixture *f = *state;
    struct metric_counter *a = metrics_counter(
        f->metrics, "a_total", "A.", metrics_label("x", STR("1")), metrics_label("y", STR("2")));
    struct metric_counter *b = metrics_counter(
        f->metrics, "a_total", "A.", metrics_label("y", STR("2")), metrics_label("x", STR("1")));
    struct metric_counter *c = metrics_counter(f->metrics, "a_total", "A.");

    assert_ptr_equal(a, b);
    assert_ptr_not_equal(a, c);
    metrics_add(a, 3);
    metrics_add(b, 4);
    assert_true(has_line(f, "a_total{x=\"1\",y=\"2\"} 7"));
    assert_true(has_line(f, "a_total 0"));
}

static void gauges_go_both_ways(void **state)
{
    struct fixture *f = *state;
    struct metric_gauge *g = metrics_gauge(f->metrics, "queue_depth", "Jobs.");

    metrics_set(g, 5);
    metrics_move(g, -7);
    assert_true(has_line(f, "queue_depth -2"));
}

static void an_observation_falls_into_its_bucket(void **state)
{
    static const int64_t bounds[] = {10, 20};
    static const struct metric_buckets buckets = {bounds, COUNT(bounds), 10};
    struct fixture *f = *state;
    struct metric_histogram *h = metrics_histogram(f->metrics, "h", "H.", &buckets);
    static const int64_t values[] = {-5, 0, 10, 11, 20, 21, 1000};

    for (size_t i = 0; i < COUNT(values); i++)
        metrics_observe(h, values[i]);
    assert_true(has_line(f, "h_bucket{le=\"1\"} 3"));
    assert_true(has_line(f, "h_bucket{le=\"2\"} 5"));
    assert_true(has_line(f, "h_bucket{le=\"+Inf\"} 7"));
    assert_true(has_line(f, "h_sum 106.2"));
    assert_true(has_line(f, "h_count 7"));
}

static void nanoseconds_are_printed_as_seconds(void **state)
{
    struct fixture *f = *state;
    struct metric_histogram *h =
        metrics_histogram(f->metrics, "h", "H.", &metrics_seconds, metrics_label("a", STR("b")));

    metrics_observe(h, 100000);
    metrics_observe(h, INT64_C(2000000000));
    assert_true(has_line(f, "h_bucket{a=\"b\",le=\"0.0001\"} 1"));
    assert_true(has_line(f, "h_bucket{a=\"b\",le=\"2.5\"} 2"));
    assert_true(has_line(f, "h_bucket{a=\"b\",le=\"30\"} 2"));
    assert_true(has_line(f, "h_sum{a=\"b\"} 2.0001"));
}

static void values_of_labels_are_escaped_and_bounded(void **state)
{
    struct fixture *f = *state;
    char longer[METRICS_VALUE_MAX + 2];

    memset(longer, 'x', sizeof(longer));
    longer[METRICS_VALUE_MAX - 1] = '\xe7'; /* a character across the limit */
    longer[METRICS_VALUE_MAX] = '\x9f';
    longer[METRICS_VALUE_MAX + 1] = '\xad';
    (void)metrics_gauge(f->metrics, "a", "A.", metrics_label("v", STR("\"\\\n\xe7\x9f\xad")));
    (void)metrics_gauge(f->metrics, "b", "B.", metrics_label("v", STR("a\xff")));
    (void)metrics_gauge(f->metrics, "c", "C.",
                        metrics_label("v", ((struct str){longer, sizeof(longer)})));
    assert_true(has_line(f, "a{v=\"\\\"\\\\\\n\xe7\x9f\xad\"} 0"));
    assert_true(has_line(f, "b{v=\"a?\"} 0"));
    assert_true(
        has_line(f, arena_printf(&f->arena, "c{v=\"%.*s\"} 0", METRICS_VALUE_MAX - 1, longer)));
}

static void too_many_series_are_refused_and_counted(void **state)
{
    struct fixture *f = *state;
    char text[16];

    for (int i = 1; i < METRICS_SERIES_MAX; i++) { /* one is the registry's own */
        (void)snprintf(text, sizeof(text), "%d", i);
        metrics_add(metrics_counter(f->metrics, "a_total", "A.", metrics_label("id", str_of(text))),
                    1);
    }
    assert_true(has_line(f, "duan_metrics_refused_total 0"));
    struct metric_counter *known =
        metrics_counter(f->metrics, "a_total", "A.", metrics_label("id", STR("7")));
    struct metric_histogram *more = metrics_histogram(f->metrics, "b", "B.", &metrics_bytes);

    metrics_add(known, 1);
    metrics_observe(more, 1); /* goes nowhere, but is safe */
    metrics_add(metrics_counter(f->metrics, "a_total", "A.", metrics_label("id", STR("new"))), 1);
    assert_true(has_line(f, "duan_metrics_refused_total 2"));
    assert_true(has_line(f, "a_total{id=\"7\"} 2"));
    assert_false(has_line(f, "a_total{id=\"new\"} 1"));
    assert_false(has_line(f, "b_count 1"));
}

static void *work(void *arg)
{
    struct fixture *f = arg;
    struct metric_histogram *h = metrics_histogram(f->metrics, "h", "H.", &metrics_bytes);

    for (int i = 0; i < ROUNDS; i++) {
        struct str id = i % 2 ? STR("odd") : STR("even");

        metrics_add(metrics_counter(f->metrics, "a_total", "A.", metrics_label("id", id)), 1);
        metrics_observe(h, 1);
    }
    return NULL;
}

static void threads_lose_nothing(void **state)
{
    struct fixture *f = *state;
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, f), 0);
    (void)metrics_write(f->metrics, &f->ctx); /* a scrape meanwhile */
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(has_line(f, "a_total{id=\"odd\"} 40000"));
    assert_true(has_line(f, "h_count 80000"));
}

/* Does the call end the process by abort()? */
static bool aborts(void (*call)(struct metrics *))
{
    int status = 0;
    pid_t child = fork();

    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr))
            _exit(0);
        (void)signal(SIGABRT, SIG_DFL); /* cmocka's would report a failed test */
        call(metrics_create());
        _exit(0);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT;
}

static void nothing_wrong(struct metrics *m)
{
    (void)metrics_gauge(m, "_good:name9", "G.", metrics_label("_x9", STR("")));
}

static void bad_metric_name(struct metrics *m)
{
    (void)metrics_gauge(m, "9lives", "G.");
}

static void bad_label_name(struct metrics *m)
{
    (void)metrics_gauge(m, "g", "G.", metrics_label("a-b", STR("")));
}

static void reserved_label(struct metrics *m)
{
    (void)metrics_gauge(m, "g", "G.", metrics_label("__a", STR("")));
}

static void bucket_label(struct metrics *m)
{
    (void)metrics_gauge(m, "g", "G.", metrics_label("le", STR("")));
}

static void label_twice(struct metrics *m)
{
    (void)metrics_gauge(m, "g", "G.", metrics_label("a", STR("1")), metrics_label("b", STR("1")),
                        metrics_label("a", STR("2")));
}

static void counter_without_total(struct metrics *m)
{
    (void)metrics_counter(m, "requests", "R.");
}

static void two_kinds(struct metrics *m)
{
    (void)metrics_gauge(m, "g", "G.");
    (void)metrics_histogram(m, "g", "G.", &metrics_bytes);
}

static void our_own_mistakes_abort(void **state)
{
    static void (*const calls[])(struct metrics *) = {
        bad_metric_name, bad_label_name,        reserved_label, bucket_label,
        label_twice,     counter_without_total, two_kinds};

    (void)state;
    assert_false(aborts(nothing_wrong));
    for (size_t i = 0; i < COUNT(calls); i++)
        if (!aborts(calls[i]))
            fail_msg("mistake %zu passed", i);
}

#define CASE(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(the_same_labels_are_the_same_series),
        CASE(gauges_go_both_ways),
        CASE(an_observation_falls_into_its_bucket),
        CASE(nanoseconds_are_printed_as_seconds),
        CASE(values_of_labels_are_escaped_and_bounded),
        CASE(too_many_series_are_refused_and_counted),
        CASE(threads_lose_nothing),
        CASE(our_own_mistakes_abort),
    };

    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
