/* Labels as Prometheus prints them: checked, sorted, escaped. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "metrics_impl.h"
#include "utf8.h"

/* Each byte of a value may be escaped to two; around it stand name, ="" and a comma. */
_Static_assert(METRICS_LABELS_LEN_MAX >=
                   METRICS_LABELS_MAX * (METRICS_NAME_MAX + 2 * METRICS_VALUE_MAX + 4),
               "the labels of a series fit");

static _Noreturn void die(const char *name, const char *what)
{
    (void)fprintf(stderr, "metrics: label %s: %s\n", name, what);
    abort();
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool metrics_labels_name_is_good(const char *name, bool colon)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < len; i++) {
        bool digit = i > 0 && name[i] >= '0' && name[i] <= '9';

        if (!is_letter(name[i]) && !digit && !(colon && name[i] == ':'))
            return false;
    }
    return len > 0 && len <= METRICS_NAME_MAX;
}

/* "le" is a histogram's own; names that begin with "__" are Prometheus' own. */
static void check(const struct metric_label *label)
{
    if (!metrics_labels_name_is_good(label->name, false) || strncmp(label->name, "__", 2) == 0 ||
        strcmp(label->name, "le") == 0)
        die(label->name, "not a good name for a label");
}

/* By name, so that the order in which the caller names them does not matter. */
static void sort(const struct metric_labels *labels, const struct metric_label *sorted[])
{
    for (size_t i = 0; i < labels->count; i++) {
        size_t at = i;

        check(&labels->list[i]);
        for (; at > 0 && strcmp(sorted[at - 1]->name, labels->list[i].name) > 0; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = &labels->list[i];
        if (at > 0 && strcmp(sorted[at - 1]->name, labels->list[i].name) == 0)
            die(labels->list[i].name, "is given twice");
    }
}

/* At most METRICS_VALUE_MAX bytes, not cut within a character. */
static struct str shorten(struct str value)
{
    size_t len = METRICS_VALUE_MAX;

    if (value.len <= len)
        return value;
    while (len > 0 && ((uint8_t)value.ptr[len] & 0xc0) == 0x80)
        len--;
    return (struct str){value.ptr, len};
}

static char *escaped(char *p, struct str value)
{
    bool utf8 = utf8_valid(value);

    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (c == '\\' || c == '"' || c == '\n')
            *p++ = '\\';
        if (c == '\n')
            *p++ = 'n';
        else if (!utf8 && (uint8_t)c >= 0x80)
            *p++ = '?'; /* the format is UTF-8: one bad byte would spoil the page */
        else
            *p++ = c;
    }
    return p;
}

struct str metrics_labels_render(const struct metric_labels *labels,
                                 char buffer[METRICS_LABELS_LEN_MAX])
{
    const struct metric_label *sorted[METRICS_LABELS_MAX];
    char *p = buffer;

    if (labels->count > METRICS_LABELS_MAX)
        die(labels->list[METRICS_LABELS_MAX].name, "one label too many");
    sort(labels, sorted);
    for (size_t i = 0; i < labels->count; i++) {
        size_t len = strlen(sorted[i]->name);

        if (i > 0)
            *p++ = ',';
        memcpy(p, sorted[i]->name, len);
        p += len;
        *p++ = '=';
        *p++ = '"';
        p = escaped(p, shorten(sorted[i]->value));
        *p++ = '"';
    }
    return (struct str){buffer, (size_t)(p - buffer)};
}
