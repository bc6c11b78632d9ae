/* Families of series: all that share a name, a kind and a help text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "metrics_impl.h"

static _Noreturn void die(const char *name, const char *what)
{
    (void)fprintf(stderr, "metrics: %s: %s\n", name, what);
    abort();
}

struct metric_family *metrics_family_find(const struct metric_families *all, const char *name)
{
    struct metric_family *f = all->first;

    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    return f;
}

static void check(const struct metric_family *wanted)
{
    bool total = str_ends(str_of(wanted->name), STR("_total"));

    if (!metrics_labels_name_is_good(wanted->name, true))
        die(wanted->name, "not a good name for a metric");
    if (total != (wanted->kind == METRIC_COUNTER))
        die(wanted->name, "the names of counters, and only they, end in _total");
}

struct metric_family *metrics_family_get(struct metric_families *all, struct arena *a,
                                         const struct metric_family *wanted)
{
    struct metric_family *f = metrics_family_find(all, wanted->name);

    if (f && (f->kind != wanted->kind || f->buckets != wanted->buckets))
        die(wanted->name, "used for two kinds");
    if (f)
        return f;
    check(wanted);
    f = arena_new(a, struct metric_family);
    *f = *wanted;
    if (all->last)
        all->last->next = f;
    else
        all->first = f;
    all->last = f;
    return f;
}

struct metric_series *metrics_family_add(struct metric_family *family, struct arena *a,
                                         struct str labels)
{
    struct metric_series *s = arena_new(a, struct metric_series);

    s->labels = arena_copy(a, labels);
    if (family->last)
        family->last->next = s;
    else
        family->first = s;
    family->last = s;
    return s;
}
