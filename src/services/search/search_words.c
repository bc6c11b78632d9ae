/* Folding by ranges of code points; pairs as numbers: two code points of 21 bits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "search_words.h"

#include <stdlib.h>

#include "utf8.h"

enum { POINT_BITS = 21, BLANK = ' ', NO_BLANKS_FROM = 0x2e80, ROOM_FOR_ONE = 4 };

/* ---- characters ---- */

/* The text is well-formed. */
static uint32_t take(struct str *text)
{
    const unsigned char *at = (const unsigned char *)text->ptr;
    size_t len = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    uint32_t point = len == 1 ? at[0] : at[0] & (0x7fu >> len);

    for (size_t i = 1; i < len; i++)
        point = point << 6 | (at[i] & 0x3fu);
    *text = str_from(*text, len);
    return point;
}

static size_t put(char *at, uint32_t point)
{
    static const unsigned char marks[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = len; i-- > 1; point >>= 6)
        at[i] = (char)(0x80 | (point & 0x3f));
    at[0] = (char)(len == 1 ? point : marks[len] | point);
    return len;
}

/* Every `step`-th code point of the range is moved. */
static const struct {
    uint32_t from, to, step;
    int32_t by;
} folds[] = {
    {'A', 'Z', 1, 'a' - 'A'},
    {0xc0, 0xd6, 1, 32},
    {0xd8, 0xde, 1, 32},
    {0x100, 0x12e, 2, 1},
    {0x132, 0x136, 2, 1},
    {0x139, 0x147, 2, 1},
    {0x14a, 0x176, 2, 1},
    {0x179, 0x17d, 2, 1},
    {0x391, 0x3a1, 1, 32},
    {0x3a3, 0x3a9, 1, 32},
    {0x400, 0x40f, 1, 80},
    {0x410, 0x42f, 1, 32},
    {0xff01, 0xff5e, 1, 0x21 - 0xff01},

    {0x1ea0, 0x1efe, 2, 1},
};

static uint32_t moved(uint32_t point)
{
    for (size_t i = 0; i < COUNT(folds); i++)
        if (point >= folds[i].from && point <= folds[i].to &&
            (point - folds[i].from) % folds[i].step == 0)
            return (uint32_t)((int32_t)point + folds[i].by);
    return point;
}

static bool is_blank(uint32_t point)
{
    return point <= BLANK || (point >= 0x7f && point <= 0xa0) || point == 0x3000 ||
           (point >= 0x2000 && point <= 0x200f) || point == 0x2028 || point == 0x2029 ||
           point == 0xfeff;
}

/* Twice: a wide capital becomes a capital first. */
static uint32_t folded(uint32_t point)
{
    return moved(moved(point));
}

struct str search_fold(struct arena *a, struct str text)
{
    char *out = arena_bytes(a, text.len + ROOM_FOR_ONE);
    size_t len = 0;
    bool blank = false;

    if (!utf8_valid(text))
        return (struct str){0};
    while (text.len) {
        uint32_t point = take(&text);

        if (is_blank(point)) {
            blank = len > 0;
            continue;
        }
        if (blank)
            out[len++] = BLANK;
        blank = false;
        len += put(out + len, folded(point));
    }
    return (struct str){out, len};
}

/* ---- pairs ---- */

static int64_t pair_of(uint32_t first, uint32_t second)
{
    return (int64_t)((uint64_t)first << POINT_BITS | second);
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static struct sql_ids sorted(int64_t *at, size_t count)
{
    size_t kept = 0;

    if (count)
        qsort(at, count, sizeof(*at), compare);
    for (size_t i = 0; i < count; i++)
        if (!kept || at[i] != at[kept - 1])
            at[kept++] = at[i];
    return (struct sql_ids){at, kept};
}

struct sql_ids search_pairs(struct arena *a, struct str text)
{
    int64_t *at = arena_array(a, int64_t, 2 * text.len);
    size_t count = 0;
    uint32_t before = BLANK;

    while (text.len) {
        uint32_t point = take(&text);

        if (point != BLANK && (before == BLANK || point >= NO_BLANKS_FROM))
            at[count++] = pair_of(point, 0);
        if (point != BLANK && before != BLANK)
            at[count++] = pair_of(before, point);
        before = point;
    }
    return sorted(at, count);
}

struct sql_ids search_pairs_of_word(struct arena *a, struct str word)
{
    int64_t *at = arena_array(a, int64_t, word.len + 1);
    size_t count = 0;
    uint32_t before = take(&word);

    if (!word.len)
        at[count++] = pair_of(before, 0);
    while (word.len) {
        uint32_t point = take(&word);

        at[count++] = pair_of(before, point);
        before = point;
    }
    return sorted(at, count);
}
