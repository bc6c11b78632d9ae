/* What the files of this folder share: families of series, registered or collected. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef METRICS_IMPL_H
#define METRICS_IMPL_H

#include <pthread.h>

#include "metrics.h"

/* One line of the page (a histogram: several). */
struct metric_series {
    struct metric_series *next;
    struct str labels; /* `a="x",b="y"`: escaped, by name */
    void *value;       /* counter, gauge or histogram; NULL: `sample` */
    double sample;     /* what a collector reported */
};

struct metric_family {
    struct metric_family *next;
    const char *name, *help;
    enum metric_kind kind;
    const struct metric_buckets *buckets;
    struct metric_series *first, *last;
    void *spare; /* for callers that were refused a series */
};

struct metric_families {
    struct metric_family *first, *last;
};

struct metric_collector {
    struct metric_collector *next;
    void (*fn)(void *self, struct metrics_scrape *s);
    void *self;
};

struct metrics {
    pthread_mutex_t mutex; /* of everything below but the values of series and `refused` */
    struct arena arena;
    struct metric_families families;
    struct metric_collector *collectors;
    size_t series;
    struct metric_counter *refused;
};

/* The page in the making; belongs to the thread that scrapes. */
struct metrics_scrape {
    struct ctx *c;
    struct metrics *metrics;
    struct metric_families families; /* what the collectors reported */
    size_t samples;
};

/* metrics_family.c: the family of this name, made when there is none. Aborts on a bad name, and on
 * a family of another kind. */
struct metric_family *metrics_family_get(struct metric_families *all, struct arena *a,
                                         const struct metric_family *wanted);
struct metric_family *metrics_family_find(const struct metric_families *all, const char *name);
struct metric_series *metrics_family_add(struct metric_family *family, struct arena *a,
                                         struct str labels);

/* metrics_labels.c: into `buffer`, as they are printed. Aborts on a bad name. */
enum { METRICS_NAME_MAX = 100, METRICS_LABELS_LEN_MAX = 4096 };
struct str metrics_labels_render(const struct metric_labels *labels,
                                 char buffer[METRICS_LABELS_LEN_MAX]);

/* A letter or '_', then letters, digits and '_'; with `colon`, ':' too. */
bool metrics_labels_name_is_good(const char *name, bool colon);

#endif
