/* Tables of text: widths are known when all rows are there, then they are printed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "text_table.h"

#include <inttypes.h>
#include <time.h>

#include "clock.h"
#include "utf8.h"

struct text_row {
    struct text_row *next;
    struct str cells[];
};

/* Characters that take two columns, or none; in the order of their numbers. */
static const struct {
    uint32_t first, last;
    size_t width;
} widths[] = {
    {0x0300, 0x036f, 0},   {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},   {0x2e80, 0xa4cf, 2},
    {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},
    {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},   {0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2},
    {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
};

static size_t width_of(uint32_t character)
{
    for (size_t i = 0; i < COUNT(widths); i++)
        if (character >= widths[i].first && character <= widths[i].last)
            return widths[i].width;
    return 1;
}

/* The character that begins at *at of well-formed text; *at moves behind it. */
static uint32_t next_character(struct str text, size_t *at)
{
    unsigned char lead = (unsigned char)text.ptr[(*at)++];
    uint32_t character = lead < 0x80   ? lead
                         : lead < 0xe0 ? lead & 0x1fU
                         : lead < 0xf0 ? lead & 0x0fU
                                       : lead & 0x07U;

    while (*at < text.len && ((unsigned char)text.ptr[*at] & 0xc0) == 0x80)
        character = character << 6 | ((unsigned char)text.ptr[(*at)++] & 0x3fU);
    return character;
}

size_t text_table_width(struct str text)
{
    size_t width = 0;

    for (size_t at = 0; at < text.len;)
        width += width_of(next_character(text, &at));
    return width;
}

struct str text_table_plain(struct arena *a, struct str text)
{
    bool valid = utf8_valid(text);

    if (valid && !utf8_has_control(text))
        return text;
    char *plain = arena_bytes(a, text.len);
    size_t len = 0;

    for (size_t at = 0; at < text.len;) {
        size_t from = at;
        uint32_t character = valid ? next_character(text, &at) : (unsigned char)text.ptr[at++];

        if (character < 0x20 || (character >= 0x7f && character < 0xa0) ||
            (!valid && character >= 0x80)) {
            plain[len++] = '?';
            continue;
        }
        memcpy(plain + len, text.ptr + from, at - from);
        len += at - from;
    }
    return (struct str){plain, len};
}

void text_table_init(struct text_table *t, struct arena *arena, const char *const *heads)
{
    *t = (struct text_table){.arena = arena, .heads = heads};
    t->end = &t->first;
    for (; heads[t->columns]; t->columns++)
        t->widths[t->columns] = strlen(heads[t->columns]) - (heads[t->columns][0] == '>');
}

void text_table_row(struct text_table *t, const struct str *cells)
{
    struct text_row *row = arena_alloc(t->arena, 1, sizeof(*row) + t->columns * sizeof(*cells),
                                       _Alignof(struct text_row));

    for (size_t i = 0; i < t->columns; i++) {
        row->cells[i] = arena_copy(t->arena, text_table_plain(t->arena, cells[i]));
        size_t width = text_table_width(row->cells[i]);

        if (width > t->widths[i])
            t->widths[i] = width;
    }
    *t->end = row;
    t->end = &row->next;
    t->rows++;
}

static void print_cell(const struct text_table *t, size_t column, struct str text, FILE *out)
{
    bool right = t->heads[column][0] == '>', last = column + 1 == t->columns;
    int gap = (int)(t->widths[column] - text_table_width(text));

    (void)fprintf(out, "%*s" STR_FMT "%*s%s", right ? gap : 0, "", STR_ARG(text),
                  right || last ? 0 : gap, "", last ? "\n" : "  ");
}

void text_table_print(const struct text_table *t, FILE *out)
{
    for (size_t i = 0; i < t->columns; i++)
        print_cell(t, i, str_of(t->heads[i] + (t->heads[i][0] == '>')), out);
    for (const struct text_row *row = t->first; row; row = row->next)
        for (size_t i = 0; i < t->columns; i++)
            print_cell(t, i, row->cells[i], out);
}

struct str text_table_number(struct arena *a, int64_t value)
{
    return arena_str(a, "%" PRId64, value);
}

struct str text_table_time(struct arena *a, int64_t wall_ms)
{
    time_t seconds = wall_ms / CLOCK_MS_PER_S;
    struct tm local;
    char text[32];

    if (!localtime_r(&seconds, &local) ||
        strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local) == 0)
        return STR("?");
    return arena_copy(a, str_of(text));
}

struct str text_table_age(struct arena *a, int64_t ms)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "d"}, {3600, "h"}, {60, "min"}};
    int64_t seconds = ms > 0 ? ms / CLOCK_MS_PER_S : 0;

    for (size_t i = 0; i < COUNT(units); i++)
        if (seconds >= 2 * units[i].seconds)
            return arena_str(a, "%" PRId64 " %s", seconds / units[i].seconds, units[i].unit);
    return arena_str(a, "%" PRId64 " s", seconds);
}

struct str text_table_bytes(struct arena *a, int64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes / 1024;
    size_t unit = 0;

    if (bytes < 1024)
        return arena_str(a, "%" PRId64 " bytes", bytes);
    for (; value >= 1024 && unit + 1 < COUNT(units); unit++)
        value /= 1024;
    return arena_str(a, "%.1f %s", value, units[unit]);
}
