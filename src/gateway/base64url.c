/* base64url: six bits a character, the highest first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* What a character stands for, plus one; 0: it is not one of the alphabet. */
static const unsigned char numbers[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64};

char *base64url_encode(const void *data, size_t len, char *out)
{
    const unsigned char *bytes = data;
    uint32_t acc = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < len; i++) {
        acc = acc << 8 | bytes[i];
        for (bits += 8; bits >= 6;)
            *out++ = alphabet[acc >> (bits -= 6) & 63];
    }
    if (bits)
        *out++ = alphabet[acc << (6 - bits) & 63];
    return out;
}

bool base64url_decode(struct str text, unsigned char *out, size_t room, size_t *len)
{
    uint32_t acc = 0;
    unsigned bits = 0;

    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned number = numbers[(unsigned char)text.ptr[i]];

        if (!number || (bits >= 2 && *len == room))
            return false;
        acc = acc << 6 | (number - 1);
        bits += 6;
        if (bits >= 8)
            out[(*len)++] = (unsigned char)(acc >> (bits -= 8));
    }
    return bits < 6 && (acc & ((1U << bits) - 1)) == 0;
}
