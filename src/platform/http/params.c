/* Parameters: splitting, decoding, numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "params.h"

#include "utf8.h"

enum {
    FIRST_ROOM = 8,
    DIGITS_MAX = 19 /* of a 64-bit integer */
};

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
            out[len++] = (char)(plus && text.ptr[i] == '+' ? ' ' : text.ptr[i]);
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

static bool has(const struct http_params *params, struct str name)
{
    for (size_t i = 0; i < params->count; i++)
        if (str_eq(params->at[i].name, name))
            return true;
    return false;
}

bool http_given(const struct http_req *req, struct str name)
{
    return has(&req->query, name) || has(&req->body, name);
}

struct err *http_text(const struct http_req *req, struct ctx *c, struct str name, struct str *out)
{
    struct str value = http_param(req, name);

    if (!utf8_valid(value) || (value.len && memchr(value.ptr, 0, value.len)))
        return err_new(c, ERR_INVALID, STR_FMT " is not valid UTF-8 text", STR_ARG(name));
    *out = value;
    return NULL;
}

/* digits * 10^zeros: only what counts is kept, so its length is bounded by what fits the result. */
struct decimal {
    char digits[DIGITS_MAX];
    size_t len;
    int64_t zeros;
};

/* Zeros are held back until a digit follows that counts. */
static bool take_digit(struct decimal *d, char digit)
{
    if (digit == '0') {
        d->zeros += d->len > 0;
        return true;
    }
    if (d->zeros >= DIGITS_MAX || d->len + (size_t)d->zeros >= DIGITS_MAX)
        return false;
    memset(d->digits + d->len, '0', (size_t)d->zeros);
    d->len += (size_t)d->zeros;
    d->zeros = 0;
    d->digits[d->len++] = digit;
    return true;
}

/* "1.250" as 125 * 10^-2. False: no number, or digits that no 64-bit integer has. */
static bool take_mantissa(struct decimal *d, struct str text)
{
    struct str fraction = text, whole = str_cut(&fraction, '.');

    if (!whole.len && !fraction.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (i == whole.len)
            continue;
        if (text.ptr[i] < '0' || text.ptr[i] > '9' || !take_digit(d, text.ptr[i]))
            return false;
    }
    d->zeros -= (int64_t)fraction.len;
    return true;
}

/* Spelled out in full, so that one function decides what fits. */
static bool spell(const struct decimal *d, bool negative, int64_t *out)
{
    char text[1 + DIGITS_MAX] = "-";

    if (!d->len) {
        *out = 0;
        return true;
    }
    if (d->zeros < 0 || d->zeros > DIGITS_MAX - (int64_t)d->len)
        return false;
    memcpy(text + 1, d->digits, d->len);
    memset(text + 1 + d->len, '0', (size_t)d->zeros);
    return str_to_i64((struct str){text + !negative, d->len + (size_t)d->zeros + negative}, out);
}

/* "+06": one sign at most. */
static bool read_exponent(struct str text, int64_t *out)
{
    if (str_starts(text, STR("+")) && !str_starts(text, STR("+-")))
        text = str_from(text, 1);
    return str_to_i64(text, out);
}

bool params_number(struct str text, int64_t *out)
{
    struct decimal d = {.len = 0};
    bool negative = str_starts(text, STR("-"));
    int64_t power;

    if (str_to_i64(text, out))
        return true;
    struct str exponent = str_from(text, negative);
    struct str mantissa =
        str_cut(&exponent, exponent.len && memchr(exponent.ptr, 'E', exponent.len) ? 'E' : 'e');

    return read_exponent(exponent, &power) && take_mantissa(&d, mantissa) &&
           !__builtin_add_overflow(d.zeros, power, &d.zeros) && spell(&d, negative, out);
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
