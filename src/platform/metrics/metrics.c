/* Metrics: the registry of series. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "metrics.h"

#include <stdlib.h>

#include "metrics_impl.h"

/* Series of one cache line each: threads that count different things do not disturb each other. */
enum { CACHE_LINE = 64 };

static const int64_t seconds_bounds[] = {
    100000,     250000,     500000,     1000000,     2500000,    5000000,
    10000000,   25000000,   50000000,   100000000,   250000000,  500000000,
    1000000000, 2500000000, 5000000000, 10000000000, 30000000000};
const struct metric_buckets metrics_seconds = {seconds_bounds, COUNT(seconds_bounds), 1000000000};

static const int64_t bytes_bounds[] = {1 << 8,  1 << 10, 1 << 12, 1 << 14, 1 << 16, 1 << 18,
                                       1 << 20, 1 << 22, 1 << 24, 1 << 26, 1 << 28, 1 << 30};
const struct metric_buckets metrics_bytes = {bytes_bounds, COUNT(bytes_bounds), 1};

struct metrics *metrics_create(void)
{
    struct metrics *m = calloc(1, sizeof(*m));

    if (!m || pthread_mutex_init(&m->mutex, NULL) != 0)
        abort();
    m->refused = metrics_counter(m, "duan_metrics_refused_total",
                                 "Series that were refused because there are too many.");
    return m;
}

void metrics_destroy(struct metrics *m)
{
    if (!m)
        return;
    (void)pthread_mutex_destroy(&m->mutex);
    arena_fini(&m->arena);
    free(m);
}

static void *new_counter(struct arena *a, const struct metric_family *f)
{
    (void)f;
    return arena_alloc(a, 1, sizeof(struct metric_counter), CACHE_LINE);
}

static void *new_gauge(struct arena *a, const struct metric_family *f)
{
    (void)f;
    return arena_alloc(a, 1, sizeof(struct metric_gauge), CACHE_LINE);
}

static void *new_histogram(struct arena *a, const struct metric_family *f)
{
    size_t hits = (f->buckets->count + 1) * sizeof(atomic_uint_fast64_t);
    struct metric_histogram *h =
        arena_alloc(a, 1, sizeof(struct metric_histogram) + hits, CACHE_LINE);

    h->buckets = f->buckets;
    return h;
}

static void *new_value(struct arena *a, const struct metric_family *f)
{
    static void *(*const makers[])(struct arena *, const struct metric_family *) = {
        [METRIC_COUNTER] = new_counter,
        [METRIC_GAUGE] = new_gauge,
        [METRIC_HISTOGRAM] = new_histogram,
    };

    return makers[f->kind](a, f);
}

/* The value of a series that is never printed. */
static void *refuse(struct metrics *m, struct metric_family *f)
{
    metrics_add(m->refused, 1);
    if (!f->spare)
        f->spare = new_value(&m->arena, f);
    return f->spare;
}

static void *value_of(struct metrics *m, struct metric_family *f, struct str labels)
{
    for (struct metric_series *s = f->first; s; s = s->next)
        if (str_eq(s->labels, labels))
            return s->value;
    if (m->series == METRICS_SERIES_MAX)
        return refuse(m, f);
    struct metric_series *s = metrics_family_add(f, &m->arena, labels);

    m->series++;
    s->value = new_value(&m->arena, f);
    return s->value;
}

static void *resolve(struct metrics *m, const struct metric_family *wanted,
                     const struct metric_labels *labels)
{
    char buffer[METRICS_LABELS_LEN_MAX];
    struct str text = metrics_labels_render(labels, buffer);

    (void)pthread_mutex_lock(&m->mutex);
    void *value = value_of(m, metrics_family_get(&m->families, &m->arena, wanted), text);

    (void)pthread_mutex_unlock(&m->mutex);
    return value;
}

struct metric_counter *metrics_counter_of(struct metrics *m, const char *name, const char *help,
                                          const struct metric_labels *labels)
{
    struct metric_family f = {.kind = METRIC_COUNTER, .name = name, .help = help};

    return resolve(m, &f, labels);
}

struct metric_gauge *metrics_gauge_of(struct metrics *m, const char *name, const char *help,
                                      const struct metric_labels *labels)
{
    struct metric_family f = {.kind = METRIC_GAUGE, .name = name, .help = help};

    return resolve(m, &f, labels);
}

struct metric_histogram *metrics_histogram_of(struct metrics *m, const char *name, const char *help,
                                              const struct metric_buckets *buckets,
                                              const struct metric_labels *labels)
{
    struct metric_family f = {
        .kind = METRIC_HISTOGRAM, .name = name, .help = help, .buckets = buckets};

    return resolve(m, &f, labels);
}

void metrics_observe(struct metric_histogram *histogram, int64_t value)
{
    const struct metric_buckets *b = histogram->buckets;
    size_t i = 0;

    if (value < 0)
        value = 0; /* a clock that was set back; the sum must never fall */
    while (i < b->count && value > b->bounds[i])
        i++;
    atomic_fetch_add_explicit(&histogram->hits[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->sum, value, memory_order_relaxed);
}

void metrics_collect(struct metrics *m, void (*fn)(void *self, struct metrics_scrape *s),
                     void *self)
{
    (void)pthread_mutex_lock(&m->mutex);
    struct metric_collector *collector = arena_new(&m->arena, struct metric_collector);

    *collector = (struct metric_collector){m->collectors, fn, self};
    m->collectors = collector;
    (void)pthread_mutex_unlock(&m->mutex);
}
