/* Texts in gRPC's trailers: coding them, and reading what others coded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "grpc_percent.h"

#include "utf8.h"

enum { CODED = 3 /* bytes of %XX */ };

static bool is_plain(char byte)
{
    return byte >= ' ' && byte <= '~' && byte != '%';
}

static size_t coded_len(struct str text)
{
    size_t len = text.len;

    for (size_t i = 0; i < text.len; i++)
        if (!is_plain(text.ptr[i]))
            len += CODED - 1;
    return len;
}

static void code(char byte, char *out)
{
    static const char digits[] = "0123456789ABCDEF";

    out[0] = '%';
    out[1] = digits[(unsigned char)byte >> 4];
    out[2] = digits[byte & 0xf];
}

struct str grpc_percent_encode(struct arena *a, struct str text)
{
    size_t len = coded_len(text), at = 0;

    if (len == text.len)
        return text;
    char *out = arena_bytes(a, len);

    for (size_t i = 0; i < text.len; i++) {
        if (is_plain(text.ptr[i])) {
            out[at++] = text.ptr[i];
        } else {
            code(text.ptr[i], &out[at]);
            at += CODED;
        }
    }
    return (struct str){out, len};
}

static int digit(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    int letter = byte | ('a' ^ 'A');

    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/* One byte from the front of *text. */
static char take(struct str *text)
{
    char byte = text->ptr[0];
    int high = byte == '%' && text->len >= CODED ? digit(text->ptr[1]) : -1;
    int low = high < 0 ? -1 : digit(text->ptr[2]);
    size_t used = low < 0 ? 1 : CODED;

    text->ptr += used;
    text->len -= used;
    if (low >= 0)
        byte = (char)(high << 4 | low);
    return byte;
}

/* Whatever may be wrong with it, it can be printed afterwards. */
static void make_printable(char *bytes, size_t len)
{
    bool valid = utf8_valid((struct str){bytes, len});

    for (size_t i = 0; i < len; i++)
        if ((unsigned char)bytes[i] < ' ' || bytes[i] == 0x7f || (!valid && (bytes[i] & 0x80)))
            bytes[i] = '?';
}

struct str grpc_percent_decode(struct arena *a, struct str text)
{
    char *out = arena_bytes(a, text.len + 1);
    size_t len = 0;

    while (text.len && (out[len] = take(&text)) != 0)
        len++;
    make_printable(out, len);
    out[len] = 0;
    return (struct str){out, len};
}
