/* Metrics: counters, gauges and histograms, written as Prometheus text. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METRICS_H
#define METRICS_H

#include <stdatomic.h>

#include "ctx.h"

/*
 * All series of a process. Every function may be called from any thread.
 * A series is looked up once, under the registry's mutex, and kept as a pointer, valid until
 * metrics_destroy(); updating it is one relaxed atomic operation.
 */
struct metrics;

/* Series beyond this many are refused: the caller gets one that is never written, and
 * duan_metrics_refused_total counts it. Label values are cut to METRICS_VALUE_MAX bytes. */
enum { METRICS_SERIES_MAX = 10000, METRICS_LABELS_MAX = 8, METRICS_VALUE_MAX = 128 };

struct metrics *metrics_create(void);
void metrics_destroy(struct metrics *m); /* NULL is fine */

struct metric_counter {
    atomic_uint_fast64_t value;
};

struct metric_gauge {
    atomic_int_fast64_t value;
};

/* Upper bounds, rising, in the unit that is observed; `per_unit` of them make the printed one. */
struct metric_buckets {
    const int64_t *bounds;
    size_t count;
    int64_t per_unit;
};

struct metric_histogram {
    const struct metric_buckets *buckets;
    atomic_int_fast64_t sum;
    atomic_uint_fast64_t hits[]; /* per bucket, not cumulative; the last is +Inf */
};

extern const struct metric_buckets metrics_seconds; /* 100 us to 30 s, observed in ns */
extern const struct metric_buckets metrics_bytes;   /* 256 B to 1 GiB */

struct metric_label {
    const char *name;
    struct str value; /* copied */
};

#define metrics_label(name_, value_) ((struct metric_label){.name = "" name_, .value = (value_)})

struct metric_labels {
    const struct metric_label *list;
    size_t count;
};

#define METRICS_LABELS(...)                                                \
    &(const struct metric_labels)                                          \
    {                                                                      \
        (const struct metric_label[]){{0}, ##__VA_ARGS__} + 1,             \
            COUNT(((const struct metric_label[]){{0}, ##__VA_ARGS__})) - 1 \
    }

/*
 * The series of this name and these labels (in any order), made on first use. `name` and `help`
 * outlive m. A bad name is our bug and aborts, as does one name for two kinds; that of a counter
 * ends in "_total".
 *
 * metrics_counter(m, "duan_http_requests_total", "Requests.", metrics_label("route", route));
 */
#define metrics_counter(m, name, help, ...) \
    metrics_counter_of((m), (name), (help), METRICS_LABELS(__VA_ARGS__))
#define metrics_gauge(m, name, help, ...) \
    metrics_gauge_of((m), (name), (help), METRICS_LABELS(__VA_ARGS__))
#define metrics_histogram(m, name, help, buckets, ...) \
    metrics_histogram_of((m), (name), (help), (buckets), METRICS_LABELS(__VA_ARGS__))

struct metric_counter *metrics_counter_of(struct metrics *m, const char *name, const char *help,
                                          const struct metric_labels *labels);
struct metric_gauge *metrics_gauge_of(struct metrics *m, const char *name, const char *help,
                                      const struct metric_labels *labels);
struct metric_histogram *metrics_histogram_of(struct metrics *m, const char *name, const char *help,
                                              const struct metric_buckets *buckets,
                                              const struct metric_labels *labels);

static inline void metrics_add(struct metric_counter *counter, uint64_t n)
{
    atomic_fetch_add_explicit(&counter->value, n, memory_order_relaxed);
}

static inline void metrics_set(struct metric_gauge *gauge, int64_t value)
{
    atomic_store_explicit(&gauge->value, value, memory_order_relaxed);
}

static inline void metrics_move(struct metric_gauge *gauge, int64_t by)
{
    atomic_fetch_add_explicit(&gauge->value, by, memory_order_relaxed);
}

/* In the unit of its buckets: nanoseconds for metrics_seconds. */
void metrics_observe(struct metric_histogram *histogram, int64_t value);

/*
 * Values that are read when somebody looks. `fn` runs on the scraping thread, without the mutex,
 * and calls metrics_sample_*(); `self` outlives m. Two collectors may add to one name.
 */
struct metrics_scrape;
void metrics_collect(struct metrics *m, void (*fn)(void *self, struct metrics_scrape *s),
                     void *self);

#define metrics_sample_counter(s, name, help, value, ...) \
    metrics_sample((s), METRIC_COUNTER, (name), (help), (value), METRICS_LABELS(__VA_ARGS__))
#define metrics_sample_gauge(s, name, help, value, ...) \
    metrics_sample((s), METRIC_GAUGE, (name), (help), (value), METRICS_LABELS(__VA_ARGS__))
enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };
void metrics_sample(struct metrics_scrape *s, enum metric_kind kind, const char *name,
                    const char *help, double value, const struct metric_labels *labels);

/* Everything, in the text format 0.0.4; in c's arena. */
struct str metrics_write(struct metrics *m, struct ctx *c);

#endif
