/* Fuzz target: what the JSON writer writes, read back by a strict reader; and UTF-8, decoded anew.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "attr.h"
#include "json.h"
#include "utf8.h"

enum { NUMBER = sizeof(int64_t) };

/* ---- a reader of RFC 8259's strings and numbers, and of nothing that it does not allow ---- */

static int hex(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The byte that an escape stands for; our writer escapes no others. *at is behind the backslash. */
static unsigned char unescape(const char **at, const char *end)
{
    static const char names[] = "\"\\n", bytes[] = "\"\\\n";
    const char *known = strchr(names, **at);

    if (known && *known) {
        (*at)++;
        return (unsigned char)bytes[known - names];
    }
    FUZZ_CHECK(end - *at > 5 && memcmp(*at, "u00", 3) == 0);
    int high = hex((*at)[3]), low = hex((*at)[4]);

    FUZZ_CHECK(high >= 0 && high < 8 && low >= 0);
    *at += 5;
    return (unsigned char)(high * 16 + low);
}

/* A string up to its quote, in the arena. */
static struct str read_string(struct arena *a, const char **at, const char *end)
{
    char *text = arena_bytes(a, (size_t)(end - *at)), *to = text;

    FUZZ_CHECK(*(*at)++ == '"');
    while (*at < end && **at != '"') {
        unsigned char c = (unsigned char)*(*at)++;

        FUZZ_CHECK(c >= 0x20 && c != '<');
        if (c == '\\')
            FUZZ_CHECK(*at < end);
        *to++ = (char)(c == '\\' ? unescape(at, end) : c);
    }
    FUZZ_CHECK(*at < end);
    (*at)++;
    return (struct str){text, (size_t)(to - text)};
}

static int64_t read_number(const char **at, const char *end)
{
    bool negative = **at == '-';
    uint64_t value = 0;

    *at += negative;
    FUZZ_CHECK(*at < end && **at >= '0' && **at <= '9');
    FUZZ_CHECK(**at != '0' || (*at)[1] < '0' || (*at)[1] > '9');
    for (; *at < end && **at >= '0' && **at <= '9'; (*at)++)
        value = value * 10 + (uint64_t)(**at - '0');
    return (int64_t)(negative ? 0 - value : value);
}

static void read_literal(const char **at, const char *end, const char *want)
{
    size_t len = strlen(want);

    FUZZ_CHECK((size_t)(end - *at) >= len && memcmp(*at, want, len) == 0);
    *at += len;
}

/* ---- UTF-8, by its definition: code points, and the shortest form of each ---- */

/* How many bytes a character has, by the first of them; 0: none begins with it. */
static size_t length(uint8_t lead)
{
    static const struct {
        unsigned shift, bits;
    } leads[] = {{7, 0}, {5, 6}, {4, 14}, {3, 30}};

    for (size_t i = 0; i < COUNT(leads); i++)
        if ((unsigned)lead >> leads[i].shift == leads[i].bits)
            return i + 1;
    return 0;
}

/* Neither longer than it must be, nor a surrogate, nor beyond the last code point. */
static bool is_character(uint32_t point, size_t len)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};

    return point >= least[len] && point <= 0x10ffff && point >> 11 != 27;
}

/* Bytes of the character at `s`, 0 if it is none. */
static size_t decode(const uint8_t *s, size_t left, uint32_t *point)
{
    size_t len = length(s[0]);

    if (!len || len > left)
        return 0;
    *point = len == 1 ? s[0] : s[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        *point = *point << 6 | (s[i] & 63U);
    }
    return is_character(*point, len) ? len : 0;
}

static void check_utf8(struct str text)
{
    const uint8_t *bytes = (const uint8_t *)text.ptr;
    size_t count = 0, step = 1;
    bool control = false;

    for (size_t i = 0; i < text.len && step; i += step, count++) {
        uint32_t point = 0;

        step = decode(bytes + i, text.len - i, &point);
        control |= point < 0x20 || (point >= 0x7f && point < 0xa0);
    }
    FUZZ_CHECK(utf8_valid(text) == (step != 0));
    if (step)
        FUZZ_CHECK(utf8_length(text) == count && utf8_has_control(text) == control);
}

static void check_round_trip(struct arena *a, struct str text, int64_t number)
{
    struct json j = {.arena = a};

    json_lit(&j, "[");
    json_text(&j, text);
    json_lit(&j, ",");
    json_int(&j, number);
    json_lit(&j, ",");
    json_text(&j, text);
    json_lit(&j, "]");
    struct str written = arena_copy(a, json_str(&j));
    const char *at = written.ptr, *end = at + written.len;

    for (int i = 0; i < 2; i++) {
        read_literal(&at, end, i ? "," : "[");
        FUZZ_CHECK(str_eq(read_string(a, &at, end), text));
        if (i)
            break;
        read_literal(&at, end, ",");
        FUZZ_CHECK(read_number(&at, end) == number);
    }
    read_literal(&at, end, "]");
    FUZZ_CHECK(at == end);
    FUZZ_CHECK(utf8_valid(written) == utf8_valid(text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str text = {(const char *)data, size};
    int64_t number = 0;

    memcpy(&number, data, size < NUMBER ? size : NUMBER);
    check_utf8(text);
    check_round_trip(&arena, text, number);
    arena_fini(&arena);
    return 0;
}
