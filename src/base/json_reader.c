/* JSON, read strictly and without recursion: depth is a counter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "json_reader.h"

#include "utf8.h"

enum {
    HEX_DIGITS = 4,
    SURROGATES = 0xd800,
    LOW_SURROGATES = 0xdc00,
    SURROGATES_END = 0xe000,
    BEYOND_BMP = 0x10000,
    SURROGATE_BITS = 10,
};

static bool fail(struct json_reader *r)
{
    r->wrong = true;
    return false;
}

static void skip_blanks(struct json_reader *r)
{
    while (r->pos < r->end && strchr(" \t\r\n", *r->pos) && *r->pos)
        r->pos++;
}

/* What comes next; 0: nothing, or something is wrong. */
static char peek(struct json_reader *r)
{
    skip_blanks(r);
    if (r->pos == r->end || r->wrong)
        return 0;
    return *r->pos;
}

static bool accept(struct json_reader *r, char c)
{
    if (peek(r) != c)
        return false;
    r->pos++;
    return true;
}

static bool accept_word(struct json_reader *r, struct str word)
{
    if (!str_starts((struct str){r->pos, (size_t)(r->end - r->pos)}, word))
        return false;
    r->pos += word.len;
    return true;
}

/* ---- strings ---- */

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The four digits of \u; negative: they are none. */
static int read_unit(struct json_reader *r)
{
    int unit = 0;

    for (int i = 0; i < HEX_DIGITS; i++, r->pos++) {
        int digit = r->pos < r->end ? hex_value(*r->pos) : -1;

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

/* The character of \u..., or of two that are surrogates; negative: none. */
static int read_character(struct json_reader *r)
{
    int high = read_unit(r);

    if (high < SURROGATES || high >= SURROGATES_END)
        return high;
    int low = high < LOW_SURROGATES && accept_word(r, STR("\\u")) ? read_unit(r) : -1;

    if (low < LOW_SURROGATES || low >= SURROGATES_END)
        return -1;
    return BEYOND_BMP + ((high - SURROGATES) << SURROGATE_BITS) + (low - LOW_SURROGATES);
}

static char *write_utf8(char *to, int character)
{
    static const struct {
        int below;
        int bytes;
        int mark;
    } forms[] = {{0x80, 1, 0}, {0x800, 2, 0xc0}, {0x10000, 3, 0xe0}, {0x110000, 4, 0xf0}};
    size_t form = 0;

    while (character >= forms[form].below)
        form++;
    for (int i = forms[form].bytes - 1; i > 0; i--, character >>= 6)
        to[i] = (char)(0x80 | (character & 0x3f));
    to[0] = (char)(forms[form].mark | character);
    return to + forms[form].bytes;
}

/* One escape, behind its backslash; an escape is never shorter than what it stands for. */
static char *unescape(struct json_reader *r, char *to)
{
    static const char names[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    char name = 0;

    if (r->pos < r->end)
        name = *r->pos++;
    const char *known = name ? strchr(names, name) : NULL;

    if (known) {
        *to = bytes[known - names];
        return to + 1;
    }
    int character = name == 'u' ? read_character(r) : -1;

    if (character >= 0)
        return write_utf8(to, character);
    fail(r);
    return to;
}

/* From behind the opening quote to `quote`, with escapes resolved. */
static struct str resolve(struct json_reader *r, const char *quote)
{
    char *text = arena_bytes(r->arena, (size_t)(quote - r->pos)), *to = text;
    const char *end = r->end;

    r->end = quote;
    while (r->pos < r->end && !r->wrong) {
        char c = *r->pos++;

        if (c == '\\')
            to = unescape(r, to);
        else
            *to++ = c;
    }
    r->end = end;
    return (struct str){text, (size_t)(to - text)};
}

/* The quote that ends the string at pos; NULL: none, or a control character before it. */
static const char *find_quote(const struct json_reader *r, bool *escaped)
{
    for (const char *at = r->pos; at < r->end && (unsigned char)*at >= ' '; at++) {
        if (*at == '"')
            return at;
        if (*at == '\\') {
            *escaped = true;
            at++;
        }
    }
    return NULL;
}

bool json_reader_text(struct json_reader *r, struct str *out)
{
    bool escaped = false;
    const char *quote = accept(r, '"') ? find_quote(r, &escaped) : NULL;

    if (!quote)
        return fail(r);
    struct str text = {r->pos, (size_t)(quote - r->pos)};

    if (escaped)
        text = resolve(r, quote);
    if (r->wrong || !utf8_valid(text))
        return fail(r);
    r->pos = quote + 1;
    *out = text;
    return true;
}

/* ---- numbers and words ---- */

static bool skip_digits(struct json_reader *r)
{
    const char *from = r->pos;

    while (r->pos < r->end && *r->pos >= '0' && *r->pos <= '9')
        r->pos++;
    return r->pos > from;
}

static bool skip_exponent(struct json_reader *r)
{
    if (!accept_word(r, STR("e")) && !accept_word(r, STR("E")))
        return true;
    if (!accept_word(r, STR("+")))
        accept_word(r, STR("-"));
    return skip_digits(r);
}

static bool skip_number(struct json_reader *r)
{
    accept_word(r, STR("-"));
    if (!accept_word(r, STR("0")) && !skip_digits(r))
        return fail(r);
    if (accept_word(r, STR(".")) && !skip_digits(r))
        return fail(r);
    return skip_exponent(r) || fail(r);
}

bool json_reader_null(struct json_reader *r)
{
    return peek(r) == 'n' && (accept_word(r, STR("null")) || fail(r));
}

static bool skip_scalar(struct json_reader *r)
{
    struct str text;

    switch (peek(r)) {
    case '"':
        return json_reader_text(r, &text);
    case 't':
        return accept_word(r, STR("true")) || fail(r);
    case 'f':
        return accept_word(r, STR("false")) || fail(r);
    case 'n':
        return json_reader_null(r);
    default:
        return !r->wrong && skip_number(r);
    }
}

/* ---- objects and arrays ---- */

bool json_reader_enter(struct json_reader *r, char opening)
{
    if (r->depth == JSON_DEPTH_MAX || !accept(r, opening))
        return fail(r);
    r->inside[r->depth++] = opening;
    r->fresh = true;
    return true;
}

bool json_reader_next(struct json_reader *r)
{
    bool first = r->fresh, is_object = r->depth > 0 && r->inside[r->depth - 1] == '{';

    r->fresh = false;
    if (r->wrong || r->depth == 0)
        return fail(r);
    if (accept(r, is_object ? '}' : ']')) {
        r->depth--;
        return false;
    }
    if (!first && !accept(r, ','))
        return fail(r);
    return !is_object || (json_reader_text(r, &r->name) && (accept(r, ':') || fail(r)));
}

/* A value, of which an object or array is only entered. */
static bool step(struct json_reader *r)
{
    char first = peek(r);

    return first == '{' || first == '[' ? json_reader_enter(r, first) : skip_scalar(r);
}

void json_reader_skip(struct json_reader *r)
{
    size_t depth = r->depth;

    (void)step(r);
    while (r->depth > depth && !r->wrong)
        if (json_reader_next(r))
            (void)step(r);
}

struct str json_reader_raw(struct json_reader *r)
{
    const char *from = r->pos;

    json_reader_skip(r);
    if (r->wrong)
        return (struct str){0};
    return str_trim((struct str){from, (size_t)(r->pos - from)});
}

bool json_reader_done(struct json_reader *r)
{
    skip_blanks(r);
    return !r->wrong && r->depth == 0 && r->pos == r->end;
}
