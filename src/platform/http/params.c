/* Parameters: splitting, decoding, numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "params.h"

#include "utf8.h"

enum { FIRST_ROOM = 8, EXPONENT_MAX = 18, MANTISSA_MAX = 32 };

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte of an escape at `i`, or -1 when it is broken. */
static int escaped(struct str text, size_t i)
{
    if (text.len - i < 3)
        return -1;
    int high = hex(text.ptr[i + 1]), low = hex(text.ptr[i + 2]);

    return high < 0 || low < 0 ? -1 : high << 4 | low;
}

struct str params_decode(struct arena *a, struct str text, bool plus)
{
    size_t len = 0;

    if (!text.len || (!memchr(text.ptr, '%', text.len) && !memchr(text.ptr, '+', text.len)))
        return text;
    char *out = arena_bytes(a, text.len);
    for (size_t i = 0; i < text.len; i++) {
        int byte = text.ptr[i] == '%' ? escaped(text, i) : -1;

        if (byte >= 0) {
            out[len++] = (char)byte;
            i += 2;
        } else {
            out[len++] = plus && text.ptr[i] == '+' ? ' ' : text.ptr[i];
        }
    }
    return (struct str){out, len};
}

/* Capacity is implied: FIRST_ROOM, doubled whenever count reaches it. */
bool params_add(struct arena *a, struct http_params *params, size_t max, struct http_param one)
{
    size_t n = params->count;

    if (n == max)
        return false;
    if (n == 0 || (n >= FIRST_ROOM && (n & (n - 1)) == 0)) {
        struct http_param *grown = arena_array(a, struct http_param, n ? n * 2 : FIRST_ROOM);

        if (n)
            memcpy(grown, params->at, n * sizeof(*grown));
        params->at = grown;
    }
    params->at[params->count++] = one;
    return true;
}

bool params_parse(struct arena *a, struct str text, size_t max, struct http_params *out)
{
    while (text.len) {
        struct str value = str_cut(&text, '&');

        if (!value.len)
            continue;
        struct str name = str_cut(&value, '=');

        if (!params_add(
                a, out, max,
                (struct http_param){params_decode(a, name, true), params_decode(a, value, true)}))
            return false;
    }
    return true;
}

static struct str find(const struct http_params *params, struct str name)
{
    for (size_t i = 0; i < params->count; i++)
        if (str_eq(params->at[i].name, name))
            return params->at[i].value;
    return (struct str){0};
}

struct str http_param(const struct http_req *req, struct str name)
{
    struct str value = find(&req->query, name);

    return value.len ? value : find(&req->body, name);
}

struct err *http_text(const struct http_req *req, struct ctx *c, struct str name, struct str *out)
{
    struct str value = http_param(req, name);

    if (!utf8_valid(value) || (value.len && memchr(value.ptr, 0, value.len)))
        return err_new(c, ERR_INVALID, STR_FMT " is not valid UTF-8 text", STR_ARG(name));
    *out = value;
    return NULL;
}

/* "1.25" as digits 125 and two of them behind the point; false when there are others. */
static bool mantissa(struct str text, char *digits, size_t *len, int64_t *behind)
{
    bool point = false;

    *len = 0;
    *behind = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '.' && !point) {
            point = true;
            continue;
        }
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || *len == MANTISSA_MAX - EXPONENT_MAX - 2)
            return (*len = 0), false;
        digits[(*len)++] = text.ptr[i];
        *behind += point;
    }
    return *len > 0;
}

/* Digits and exponent as one whole number: zeros are added, or taken away when they are zeros. */
static bool shifted(char *digits, size_t len, int64_t by, int64_t *out)
{
    for (; by > 0; by--)
        digits[len++] = '0';
    for (; by < 0; by++)
        if (len <= 1 || digits[--len] != '0')
            return false;
    return str_to_i64((struct str){digits, len}, out);
}

bool params_number(struct str text, int64_t *out)
{
    char digits[2 * MANTISSA_MAX];
    struct str exponent = text;
    int64_t behind, power, value;
    size_t len;

    if (str_to_i64(text, out))
        return true;
    bool negative = text.len && text.ptr[0] == '-';
    struct str head =
        str_cut(&exponent, memchr(text.ptr ? text.ptr : "", 'E', text.len) ? 'E' : 'e');

    if (exponent.len && exponent.ptr[0] == '+')
        exponent = str_from(exponent, 1);
    if (!str_to_i64(exponent, &power) || power > EXPONENT_MAX || power < -EXPONENT_MAX ||
        !mantissa(str_from(head, negative), digits, &len, &behind) ||
        !shifted(digits, len, power - behind, &value))
        return false;
    *out = negative ? -value : value;
    return true;
}

struct err *http_i64(const struct http_req *req, struct ctx *c, struct str name, int64_t missing,
                     int64_t *out)
{
    struct str value = http_param(req, name);

    if (!value.len) {
        *out = missing;
        return NULL;
    }
    if (!params_number(value, out))
        return err_new(c, ERR_INVALID, STR_FMT " is not a whole number", STR_ARG(name));
    return NULL;
}
