/* The page of metrics, in the text format of Prometheus, version 0.0.4. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "json.h"
#include "metrics_impl.h"

/* struct json is what base has for a growing text; nothing here is JSON. */

/* The shortest that reads back as the same number. */
static void put_double(struct json *page, double value)
{
    char text[40];

    if (isnan(value) || isinf(value)) {
        json_raw(page, isnan(value) ? STR("NaN") : value > 0 ? STR("+Inf") : STR("-Inf"));
        return;
    }
    (void)snprintf(text, sizeof(text), "%.15g", value);
    if (strtod(text, NULL) != value)
        (void)snprintf(text, sizeof(text), "%.17g", value);
    json_raw(page, str_of(text));
}

/* Of '\\' and line ends: a help text is one line. */
static void put_help(struct json *page, const char *help)
{
    for (; *help; help++) {
        if (*help == '\\' || *help == '\n')
            json_lit(page, "\\");
        json_raw(page, *help == '\n' ? STR("n") : (struct str){help, 1});
    }
}

static void put_head(struct json *page, const struct metric_family *f)
{
    static const char *const kinds[] = {
        [METRIC_COUNTER] = "counter", [METRIC_GAUGE] = "gauge", [METRIC_HISTOGRAM] = "histogram"};

    json_lit(page, "# HELP ");
    json_raw(page, str_of(f->name));
    json_lit(page, " ");
    put_help(page, f->help);
    json_lit(page, "\n# TYPE ");
    json_raw(page, str_of(f->name));
    json_lit(page, " ");
    json_raw(page, str_of(kinds[f->kind]));
    json_lit(page, "\n");
}

/* "name_suffix{labels,extra} ", without the braces when there is nothing in them. */
static void put_name(struct json *page, const struct metric_family *f, const char *suffix,
                     const struct metric_series *s)
{
    json_raw(page, str_of(f->name));
    json_raw(page, str_of(suffix));
    if (s->labels.len) {
        json_lit(page, "{");
        json_raw(page, s->labels);
        json_lit(page, "}");
    }
    json_lit(page, " ");
}

static void put_bucket(struct json *page, const struct metric_family *f,
                       const struct metric_series *s, double bound, uint64_t hits)
{
    json_raw(page, str_of(f->name));
    json_lit(page, "_bucket{");
    json_raw(page, s->labels);
    json_raw(page, s->labels.len ? STR(",le=\"") : STR("le=\""));
    put_double(page, bound);
    json_lit(page, "\"} ");
    json_int(page, (int64_t)hits);
    json_lit(page, "\n");
}

/* The count is that of the buckets just read, so the two always agree. */
static void put_histogram(struct json *page, const struct metric_family *f,
                          const struct metric_series *s)
{
    const struct metric_buckets *b = f->buckets;
    struct metric_histogram *h = s->value;
    double unit = (double)b->per_unit;
    uint64_t hits = 0;

    for (size_t i = 0; i <= b->count; i++) {
        hits += atomic_load_explicit(&h->hits[i], memory_order_relaxed);
        put_bucket(page, f, s, i < b->count ? (double)b->bounds[i] / unit : (double)INFINITY, hits);
    }
    put_name(page, f, "_sum", s);
    put_double(page, (double)atomic_load_explicit(&h->sum, memory_order_relaxed) / unit);
    json_lit(page, "\n");
    put_name(page, f, "_count", s);
    json_int(page, (int64_t)hits);
    json_lit(page, "\n");
}

static void put_value(struct json *page, enum metric_kind kind, const struct metric_series *s)
{
    struct metric_counter *counter = s->value;
    struct metric_gauge *gauge = s->value;

    if (!s->value)
        put_double(page, s->sample);
    else if (kind == METRIC_COUNTER)
        json_int(page, (int64_t)atomic_load_explicit(&counter->value, memory_order_relaxed));
    else
        json_int(page, atomic_load_explicit(&gauge->value, memory_order_relaxed));
}

static void put_series(struct json *page, const struct metric_family *f)
{
    for (const struct metric_series *s = f->first; s; s = s->next) {
        if (f->kind == METRIC_HISTOGRAM) {
            put_histogram(page, f, s);
            continue;
        }
        put_name(page, f, "", s);
        put_value(page, f->kind, s);
        json_lit(page, "\n");
    }
}

/* All lines of one name must stand together: what was collected joins what is registered. */
static void put_all(struct json *page, const struct metrics *m, struct metrics_scrape *scrape)
{
    for (const struct metric_family *f = m->families.first; f; f = f->next) {
        put_head(page, f);
        put_series(page, f);
        if (metrics_family_find(&scrape->families, f->name)) /* aborts if it is of another kind: */
            put_series(page, metrics_family_get(&scrape->families, scrape->c->arena, f));
    }
    for (const struct metric_family *f = scrape->families.first; f; f = f->next) {
        if (metrics_family_find(&m->families, f->name))
            continue;
        put_head(page, f);
        put_series(page, f);
    }
}

struct str metrics_write(struct metrics *m, struct ctx *c)
{
    struct metrics_scrape scrape = {.c = c, .metrics = m};
    struct json page = {.arena = c->arena};

    (void)pthread_mutex_lock(&m->mutex);
    struct metric_collector *collector = m->collectors; /* only ever grows at its head */

    (void)pthread_mutex_unlock(&m->mutex);
    for (; collector; collector = collector->next)
        collector->fn(collector->self, &scrape);
    (void)pthread_mutex_lock(&m->mutex);
    put_all(&page, m, &scrape);
    (void)pthread_mutex_unlock(&m->mutex);
    return json_str(&page);
}
