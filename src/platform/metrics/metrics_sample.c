/* What collectors report while a page is made. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "metrics_impl.h"

void metrics_sample(struct metrics_scrape *s, enum metric_kind kind, const char *name,
                    const char *help, double value, const struct metric_labels *labels)
{
    char buffer[METRICS_LABELS_LEN_MAX];
    struct metric_family wanted = {.kind = kind, .name = name, .help = help};

    if (kind == METRIC_HISTOGRAM)
        abort(); /* a histogram is no single value */
    if (s->samples == METRICS_SERIES_MAX) {
        metrics_add(s->metrics->refused, 1);
        return;
    }
    s->samples++;
    struct metric_family *family = metrics_family_get(&s->families, s->c->arena, &wanted);
    struct str text = metrics_labels_render(labels, buffer);

    metrics_family_add(family, s->c->arena, text)->sample = value;
}
