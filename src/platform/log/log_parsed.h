/* For the tests of this folder: a strict reader of one JSON line, an object without nesting. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOG_PARSED_H
#define LOG_PARSED_H

#include <stdlib.h>

#include "arena.h"
#include "utf8.h"

enum { LOG_PARSED_MAX = 64 };

struct log_parsed {
    size_t count;
    struct str keys[LOG_PARSED_MAX], values[LOG_PARSED_MAX]; /* texts are unescaped */
};

static inline bool log_parsed_eat(struct str *s, char c)
{
    if (s->len == 0 || s->ptr[0] != c)
        return false;
    *s = str_from(*s, 1);
    return true;
}

/* What follows a backslash; at most U+009F is ever escaped by number. */
static inline bool log_parsed_escape(struct str *s, char *out, size_t *len)
{
    char hex[5] = {0}, *end = NULL;

    if (log_parsed_eat(s, 'n')) {
        out[(*len)++] = '\n';
        return true;
    }
    if (!log_parsed_eat(s, 'u')) {
        if (s->len)
            out[(*len)++] = s->ptr[0];
        return log_parsed_eat(s, '"') || log_parsed_eat(s, '\\');
    }
    if (s->len < 4)
        return false;
    memcpy(hex, s->ptr, 4);
    *s = str_from(*s, 4);
    long code = strtol(hex, &end, 16);

    if (code >= 0x80)
        out[(*len)++] = (char)0xc2;
    out[(*len)++] = (char)code;
    return *end == '\0' && code <= 0x9f;
}

static inline bool log_parsed_text(struct str *s, struct arena *a, struct str *out)
{
    char *text = arena_bytes(a, s->len);
    size_t len = 0;

    if (!log_parsed_eat(s, '"'))
        return false;
    while (s->len && s->ptr[0] != '"') {
        char c = s->ptr[0];

        if ((unsigned char)c < 0x20 || c == 0x7f)
            return false;
        *s = str_from(*s, 1);
        if (c != '\\')
            text[len++] = c;
        else if (!log_parsed_escape(s, text, &len))
            return false;
    }
    *out = (struct str){text, len};
    return log_parsed_eat(s, '"') && utf8_valid(*out);
}

static inline bool log_parsed_value(struct str *s, struct arena *a, struct str *out)
{
    size_t len = 0;
    int64_t number;

    if (s->len && s->ptr[0] == '"')
        return log_parsed_text(s, a, out);
    while (len < s->len && s->ptr[len] != ',' && s->ptr[len] != '}')
        len++;
    *out = (struct str){s->ptr, len};
    *s = str_from(*s, len);
    return str_to_i64(*out, &number) || str_eq(*out, STR("true")) || str_eq(*out, STR("false"));
}

/* `line` without its '\n'. */
static inline bool log_parsed_read(struct str line, struct arena *a, struct log_parsed *out)
{
    out->count = 0;
    if (!log_parsed_eat(&line, '{'))
        return false;
    do {
        if (out->count == LOG_PARSED_MAX || !log_parsed_text(&line, a, &out->keys[out->count]) ||
            !log_parsed_eat(&line, ':') || !log_parsed_value(&line, a, &out->values[out->count]))
            return false;
        out->count++;
    } while (log_parsed_eat(&line, ','));
    return log_parsed_eat(&line, '}') && line.len == 0;
}

/* Empty when there is no such key, or more than one. */
static inline struct str log_parsed_get(const struct log_parsed *p, const char *key)
{
    struct str found = {0};
    int hits = 0;

    for (size_t i = 0; i < p->count; i++)
        if (str_eq(p->keys[i], str_of(key))) {
            found = p->values[i];
            hits++;
        }
    return hits == 1 ? found : (struct str){0};
}

#endif
