/* Settings: a table of what there is, and what a value may be. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_settings.h"

#include "json.h"
#include "json_reader.h"
#include "limits.h"

static bool is_language(struct str value)
{
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-'))
            return false;
    }
    return value.len > 0 && value.len <= LANGUAGE_MAX_CHARS;
}

static bool is_theme(struct str value)
{
    return str_eq(value, STR("auto")) || str_eq(value, STR("dark")) || str_eq(value, STR("light"));
}

static const struct {
    struct str name;
    bool (*may_be)(struct str value); /* of a text; NULL: true or false */
} settings[] = {
    {STR_INIT("language"), is_language},
    {STR_INIT("theme"), is_theme},
    {STR_INIT("captions"), NULL},
    {STR_INIT("autoscroll"), NULL},
};

/* By setting, as it stands in JSON; empty: it is not there. */
struct values {
    struct str of[COUNT(settings)];
};

static size_t find(struct str name)
{
    size_t i = 0;

    while (i < COUNT(settings) && !str_eq(settings[i].name, name))
        i++;
    return i;
}

/* The value in the form that is kept; empty: it is none that may be. */
static struct str read_value(struct json_reader *r, size_t setting)
{
    struct json j = {.arena = r->arena};
    struct str text = {0};

    if (!settings[setting].may_be) {
        struct str word = json_reader_raw(r);
        bool is_flag = str_eq(word, STR("true")) || str_eq(word, STR("false"));

        return is_flag ? word : (struct str){0};
    }
    if (!json_reader_text(r, &text) || !settings[setting].may_be(text))
        return (struct str){0};
    json_text(&j, text);
    return json_str(&j);
}

static struct err *read_values(struct ctx *c, struct str text, struct values *out)
{
    struct json_reader r = {.arena = c->arena, .pos = text.ptr, .end = text.ptr + text.len};

    if (!text.len || !json_reader_enter(&r, '{'))
        return err_new(c, ERR_INVALID, "settings must be a JSON object");
    while (json_reader_next(&r)) {
        size_t setting = find(r.name);

        if (setting == COUNT(settings))
            return err_new(c, ERR_INVALID, "there is no setting of that name");
        if (json_reader_null(&r))
            out->of[setting] = (struct str){0};
        else if (!(out->of[setting] = read_value(&r, setting)).len)
            return err_new(c, ERR_INVALID, "the setting " STR_FMT " may not be that",
                           STR_ARG(settings[setting].name));
    }
    return json_reader_done(&r) ? NULL : err_new(c, ERR_INVALID, "settings must be a JSON object");
}

struct err *user_settings_merge(struct ctx *c, struct str kept, struct str change, struct str *out)
{
    struct values all = {0};
    struct json j = {.arena = c->arena};

    TRY(read_values(c, kept, &all));
    TRY(read_values(c, change, &all));
    json_lit(&j, "{");
    for (size_t i = 0; i < COUNT(settings); i++) {
        if (!all.of[i].len)
            continue;
        if (json_str(&j).len > 1)
            json_lit(&j, ",");
        json_text(&j, settings[i].name);
        json_lit(&j, ":");
        json_raw(&j, all.of[i]);
    }
    json_lit(&j, "}");
    *out = json_str(&j);
    return NULL;
}
