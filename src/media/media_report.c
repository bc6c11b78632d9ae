/* The parser of a worker's report: one table says what each key may hold. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "media_report.h"

#include <limits.h>

#include "attr.h"

enum {
    DURATION_MS_MAX = MEDIA_SECONDS_MAX * 1000,
    SHOWN_MAX = MEDIA_SIDE_MAX * MEDIA_ASPECT_MAX, /* after its pixels were made square */
};

struct field {
    struct str key;
    bool (*take)(const struct field *f, struct str value, void *out);
    size_t offset; /* in struct media_report */
    int min, max;  /* of a number; max: of the size of an array */
    bool property; /* media_report_complete() wants it */
};

/* [a-z0-9_]+ */
static bool take_name(const struct field *f, struct str value, void *out)
{
    if (value.len == 0 || value.len >= (size_t)f->max)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'))
            return false;
    }
    memcpy(out, value.ptr, value.len);
    ((char *)out)[value.len] = '\0';
    return true;
}

/* Printable ASCII, as every line is. */
static bool take_text(const struct field *f, struct str value, void *out)
{
    if (value.len >= (size_t)f->max)
        return false;
    memcpy(out, value.ptr, value.len);
    ((char *)out)[value.len] = '\0';
    return true;
}

/* Red, green and blue, two hex digits each. */
static bool take_color(const struct field *f, struct str value, void *out)
{
    (void)f;
    if (value.len != MEDIA_COLOR_LEN)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    memcpy(out, value.ptr, value.len);
    ((char *)out)[value.len] = '\0';
    return true;
}

static bool number_read(struct str value, int min, int max, int *out)
{
    int64_t n = 0;

    if (!str_to_i64(value, &n) || n < min || n > max)
        return false;
    *out = (int)n;
    return true;
}

static bool take_number(const struct field *f, struct str value, void *out)
{
    return number_read(value, f->min, f->max, out);
}

/* Keeps the larger one. */
static bool take_rising(const struct field *f, struct str value, void *out)
{
    int *known = out, n = 0;

    if (!number_read(value, f->min, f->max, &n))
        return false;
    *known = n > *known ? n : *known;
    return true;
}

static bool take_flag(const struct field *f, struct str value, void *out)
{
    int n = 0;

    (void)f;
    if (!number_read(value, 0, 1, &n))
        return false;
    *(bool *)out = n != 0;
    return true;
}

/* "30000/1001" into two ints, the second behind the first. */
static bool take_rate(const struct field *f, struct str value, void *out)
{
    struct str num = str_cut(&value, '/');
    int n = 0, d = 0, *both = out;

    (void)f;
    if (!number_read(num, 1, INT_MAX, &n) || !number_read(value, 1, INT_MAX, &d))
        return false;
    if (n > (int64_t)MEDIA_RATE_MAX * d || 2 * (int64_t)n < d)
        return false;
    both[0] = n;
    both[1] = d;
    return true;
}

#define AT(field) offsetof(struct media_report, field)
_Static_assert(AT(properties.fps_den) == AT(properties.fps_num) + sizeof(int), "see take_rate()");

static const struct field fields[] = {
    {STR_INIT("container"), take_name, AT(properties.container), 0, MEDIA_NAME_MAX, true},
    {STR_INIT("video"), take_name, AT(properties.video), 0, MEDIA_NAME_MAX, true},
    {STR_INIT("pixels"), take_name, AT(properties.pixels), 0, MEDIA_NAME_MAX, true},
    {STR_INIT("audio"), take_name, AT(properties.audio), 0, MEDIA_NAME_MAX, true},
    {STR_INIT("obstacle"), take_name, AT(properties.obstacle), 0, MEDIA_NAME_MAX, true},
    {STR_INIT("duration_ms"), take_number, AT(properties.duration_ms), 0, DURATION_MS_MAX, true},
    {STR_INIT("width"), take_number, AT(properties.width), 1, SHOWN_MAX, true},
    {STR_INIT("height"), take_number, AT(properties.height), 1, SHOWN_MAX, true},
    {STR_INIT("fps"), take_rate, AT(properties.fps_num), 0, 0, true},
    {STR_INIT("turned"), take_flag, AT(properties.turned), 0, 0, true},
    {STR_INIT("hdr"), take_flag, AT(properties.hdr), 0, 0, true},
    {STR_INIT("faststart"), take_flag, AT(properties.faststart), 0, 0, true},
    {STR_INIT("cover_width"), take_number, AT(cover_width), 1, SHOWN_MAX, false},
    {STR_INIT("cover_height"), take_number, AT(cover_height), 1, SHOWN_MAX, false},
    {STR_INIT("cover_color"), take_color, AT(cover_color), 0, 0, false},
    {STR_INIT("progress"), take_rising, AT(progress), 0, MEDIA_PROGRESS_MAX, false},
    {STR_INIT("damaged"), take_number, AT(damaged), 0, INT_MAX, false},
    {STR_INIT("failure"), take_text, AT(failure), 0, MEDIA_LINE_MAX, false},
    {STR_INIT("sandbox"), take_text, AT(sandbox), 0, MEDIA_NAME_MAX, false},
};

_Static_assert(COUNT(fields) <= sizeof(unsigned) * CHAR_BIT, "one bit of `seen` each");

static bool line_take(struct media_report *r)
{
    struct str value = {r->line, r->line_len};
    struct str key = str_cut(&value, ' ');

    r->line_len = 0;
    for (size_t i = 0; i < COUNT(fields); i++)
        if (str_eq(fields[i].key, key)) {
            r->seen |= 1U << i;
            return fields[i].take(&fields[i], value, (char *)r + fields[i].offset);
        }
    return false;
}

static bool byte_take(struct media_report *r, char byte)
{
    if (++r->total > MEDIA_REPORT_MAX)
        return false;
    if (byte == '\n')
        return line_take(r);
    if (byte < ' ' || byte > '~' || r->line_len >= MEDIA_LINE_MAX - 1)
        return false;
    r->line[r->line_len++] = byte;
    return true;
}

bool media_report_feed(struct media_report *r, struct str bytes)
{
    for (size_t i = 0; i < bytes.len && !r->broken; i++)
        r->broken = !byte_take(r, bytes.ptr[i]);
    return !r->broken;
}

bool media_report_complete(const struct media_report *r)
{
    for (size_t i = 0; i < COUNT(fields); i++)
        if (fields[i].property && !(r->seen & 1U << i))
            return false;
    return true;
}
