/* base64url: six bits a character, the highest first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "base64url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

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
        const char *at = text.ptr[i] ? strchr(alphabet, text.ptr[i]) : NULL;

        if (!at || (bits >= 2 && *len == room))
            return false;
        acc = acc << 6 | (uint32_t)(at - alphabet);
        bits += 6;
        if (bits >= 8)
            out[(*len)++] = (unsigned char)(acc >> (bits -= 8));
    }
    return bits < 6 && (acc & ((1U << bits) - 1)) == 0;
}
