/* What a setting's text means, by type, and how to say what is allowed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "config_impl.h"

#include <inttypes.h>

#include "utf8.h"

struct unit {
    struct str name;
    int64_t size;
};

/* The largest that divides a number is the one it is written in. */
static const struct unit byte_units[] = {
    {STR_INIT(""), 1},
    {STR_INIT("B"), 1},
    {STR_INIT("kB"), 1000},
    {STR_INIT("MB"), 1000000},
    {STR_INIT("GB"), 1000000000},
    {STR_INIT("TB"), INT64_C(1000000000000)},
    {STR_INIT("KiB"), 1 << 10},
    {STR_INIT("MiB"), 1 << 20},
    {STR_INIT("GiB"), 1 << 30},
    {STR_INIT("TiB"), INT64_C(1) << 40},
};

static const struct unit duration_units[] = {
    {STR_INIT("ms"), 1},      {STR_INIT("s"), 1000},     {STR_INIT("m"), 60000},
    {STR_INIT("h"), 3600000}, {STR_INIT("d"), 86400000},
};

static bool in_range(const struct config_setting *s, int64_t n)
{
    if (s->min == 0 && s->max == 0)
        return n >= 0 || s->type == CONFIG_INT;
    return n >= s->min && n <= s->max;
}

/* Controls and the three that YAML cannot carry (byte order mark, U+FFFE, U+FFFF) are refused, so
 * what config_print() writes loads again. */
static bool parse_string(const struct config_setting *s, struct str text, int64_t *number)
{
    static const char *const never[] = {"\xef\xbb\xbf", "\xef\xbf\xbe", "\xef\xbf\xbf"};

    if (text.len > CONFIG_TEXT_MAX || !utf8_valid(text) || utf8_has_control(text))
        return false;
    for (size_t i = 0; text.len && i < COUNT(never); i++)
        if (memmem(text.ptr, text.len, never[i], strlen(never[i])))
            return false;
    *number = 0;
    return in_range(s, (int64_t)text.len) && !(s->secret && str_eq(text, STR("***")));
}

static bool parse_int(const struct config_setting *s, struct str text, int64_t *number)
{
    return str_to_i64(text, number) && in_range(s, *number);
}

static bool parse_bool(const struct config_setting *s, struct str text, int64_t *number)
{
    (void)s;
    *number = str_eq(text, STR("true"));
    return *number || str_eq(text, STR("false"));
}

static bool parse_choice(const struct config_setting *s, struct str text, int64_t *number)
{
    for (*number = 0; s->choices[*number]; (*number)++)
        if (str_eq(text, str_of(s->choices[*number])))
            return true;
    return false;
}

static bool parse_unit(const struct unit *units, size_t count, struct str text, int64_t *number)
{
    size_t digits = 0;
    int64_t n;

    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    if (!str_to_i64((struct str){text.ptr, digits}, &n))
        return false;
    for (size_t i = 0; i < count; i++)
        if (str_eq(str_from(text, digits), units[i].name))
            return !__builtin_mul_overflow(n, units[i].size, number);
    *number = 0;
    return n == 0 && digits == text.len; /* zero needs no unit */
}

static bool parse_bytes(const struct config_setting *s, struct str text, int64_t *number)
{
    return parse_unit(byte_units, COUNT(byte_units), text, number) && in_range(s, *number);
}

static bool parse_duration(const struct config_setting *s, struct str text, int64_t *number)
{
    return parse_unit(duration_units, COUNT(duration_units), text, number) && in_range(s, *number);
}

bool config_value_parse(const struct config_setting *s, struct str text, int64_t *number)
{
    static bool (*const parsers[])(const struct config_setting *, struct str, int64_t *) = {
        [CONFIG_STRING] = parse_string,     [CONFIG_INT] = parse_int,
        [CONFIG_BOOL] = parse_bool,         [CONFIG_BYTES] = parse_bytes,
        [CONFIG_DURATION] = parse_duration, [CONFIG_CHOICE] = parse_choice,
    };
    int64_t n;

    if (!parsers[s->type](s, text, &n))
        return false;
    *number = n;
    return true;
}

static const char *in_unit(struct arena *a, const struct unit *units, size_t count, int64_t n)
{
    const struct unit *best = &units[0];

    for (size_t i = 0; i < count; i++)
        if (n && n % units[i].size == 0 && units[i].size > best->size)
            best = &units[i];
    return arena_printf(a, "%" PRId64 "%s", n / best->size, best->name.ptr);
}

static const char *number_text(struct arena *a, enum config_type type, int64_t n)
{
    if (type == CONFIG_BYTES)
        return in_unit(a, byte_units, COUNT(byte_units), n);
    if (type == CONFIG_DURATION)
        return in_unit(a, duration_units, COUNT(duration_units), n);
    return arena_printf(a, "%" PRId64, n);
}

/* " from 1 to 64" */
static const char *range_text(struct arena *a, const struct config_setting *s)
{
    if (s->min == 0 && s->max == 0)
        return "";
    const char *min = number_text(a, s->type, s->min);

    if (s->max == INT64_MAX)
        return arena_printf(a, " of at least %s", min);
    return arena_printf(a, " from %s to %s", min, number_text(a, s->type, s->max));
}

static const char *choices_text(struct arena *a, const struct config_setting *s)
{
    const char *text = arena_printf(a, "one of %s", s->choices[0]);

    for (size_t i = 1; s->choices[i]; i++)
        text = arena_printf(a, "%s, %s", text, s->choices[i]);
    return text;
}

const char *config_value_allowed(struct arena *a, const struct config_setting *s)
{
    static const char *const kinds[] = {
        [CONFIG_STRING] = "a line of text",
        [CONFIG_INT] = "a whole number",
        [CONFIG_BOOL] = "true or false",
        [CONFIG_BYTES] = "a size such as 64MiB",
        [CONFIG_DURATION] = "a time such as 500ms, 5s, 10m, 1h or 7d",
    };

    if (s->type == CONFIG_CHOICE)
        return choices_text(a, s);
    const char *range = range_text(a, s);
    bool list = s->type == CONFIG_BYTES || s->type == CONFIG_DURATION;

    return arena_printf(a, "%s%s%s%s", kinds[s->type], *range && list ? "," : "", range,
                        *range && s->type == CONFIG_STRING ? " bytes" : "");
}
