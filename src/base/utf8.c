/* UTF-8, decoded by its lead bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

#include "attr.h"

/* Eight ASCII bytes at `i`: most text is, so they are taken at once. */
static bool ascii_run(struct str s, size_t i)
{
    uint64_t eight;

    if (s.len - i < sizeof(eight))
        return false;
    memcpy(&eight, s.ptr + i, sizeof(eight));
    return (eight & UINT64_C(0x8080808080808080)) == 0;
}

/* RFC 3629, section 4: lead bytes, how many follow, and what the first of them may be. */
static const struct form {
    uint8_t first, last, more, low, high;
} forms[] = {
    {0x00, 0x7f, 0, 0, 0},       {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

static const struct form *form_of(uint8_t lead)
{
    for (size_t i = 0; i < COUNT(forms); i++)
        if (lead >= forms[i].first && lead <= forms[i].last)
            return &forms[i];
    return NULL;
}

/* Bytes of the character that begins at `i`; 0: it is not well-formed. */
static size_t character(struct str s, size_t i)
{
    const struct form *f = form_of((uint8_t)s.ptr[i]);

    if (!f || s.len - i <= f->more)
        return 0;
    for (size_t k = 1; k <= f->more; k++) {
        uint8_t next = (uint8_t)s.ptr[i + k];

        if (next < (k == 1 ? f->low : 0x80) || next > (k == 1 ? f->high : 0xbf))
            return 0;
    }
    return f->more + 1U;
}

bool utf8_valid(struct str s)
{
    for (size_t i = 0; i < s.len;) {
        size_t step = ascii_run(s, i) ? sizeof(uint64_t) : character(s, i);

        if (step == 0)
            return false;
        i += step;
    }
    return true;
}

size_t utf8_length(struct str s)
{
    size_t n = 0;

    for (size_t i = 0; i < s.len; i++)
        n += ((uint8_t)s.ptr[i] & 0xc0) != 0x80;
    return n;
}

bool utf8_has_control(struct str s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t b = (uint8_t)s.ptr[i];

        if (b < 0x20 || b == 0x7f)
            return true;
        if (b == 0xc2 && i + 1 < s.len && (uint8_t)s.ptr[i + 1] < 0xa0)
            return true; /* U+0080 to U+009F */
    }
    return false;
}

/* Each is `lead`, and a byte from `low` to `high`. */
static const struct blanks {
    struct str lead;
    uint8_t low, high;
} all_blanks[] = {
    {STR_INIT(""), 0x09, 0x0d},
    {STR_INIT(""), 0x20, 0x20},
    {STR_INIT("\xc2"), 0x85, 0x85},
    {STR_INIT("\xc2"), 0xa0, 0xa0},
    {STR_INIT("\xe1\x9a"), 0x80, 0x80},
    {STR_INIT("\xe2\x80"), 0x80, 0x8b}, /* U+2000 to U+200A, and U+200B */
    {STR_INIT("\xe2\x80"), 0xa8, 0xa9},
    {STR_INIT("\xe2\x80"), 0xaf, 0xaf},
    {STR_INIT("\xe2\x81"), 0x9f, 0x9f},
    {STR_INIT("\xe3\x80"), 0x80, 0x80},
    {STR_INIT("\xef\xbb"), 0xbf, 0xbf}, /* U+FEFF */
};

/* Bytes of the blank with which it begins; 0: it begins with none. */
static size_t blank_at(struct str s)
{
    for (size_t i = 0; i < COUNT(all_blanks); i++) {
        const struct blanks *b = &all_blanks[i];
        uint8_t last = s.len > b->lead.len ? (uint8_t)s.ptr[b->lead.len] : 0;

        if (last >= b->low && last <= b->high && str_starts(s, b->lead))
            return b->lead.len + 1;
    }
    return 0;
}

bool utf8_is_blank(struct str s)
{
    while (s.len) {
        size_t n = blank_at(s);

        if (n == 0)
            return false;
        s = str_from(s, n);
    }
    return true;
}
