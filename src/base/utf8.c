/* UTF-8, decoded by its lead bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "utf8.h"

/* Eight ASCII bytes at `i`: most text is, so they are taken at once. */
static bool ascii_run(struct str s, size_t i)
{
    uint64_t eight;

    if (s.len - i < sizeof(eight))
        return false;
    memcpy(&eight, s.ptr + i, sizeof(eight));
    return (eight & UINT64_C(0x8080808080808080)) == 0;
}

/* Bytes of the character that begins at `i`; 0: it is not well-formed. */
static size_t character(struct str s, size_t i)
{
    uint8_t lead = (uint8_t)s.ptr[i];
    size_t more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;

    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4 || s.len - i <= more)
        return 0;
    for (size_t k = 1; k <= more; k++, low = 0x80, high = 0xbf) {
        uint8_t next = (uint8_t)s.ptr[i + k];

        if (next < low || next > high)
            return 0;
    }
    return more + 1;
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
