/* JSON text, written straight into memory (RFC 8259). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_H
#define JSON_H

#include "arena.h"

/*
 * A growing text in an arena. Zeroed but for `arena` is valid and empty. Nothing is checked for
 * grammar: callers write the punctuation as literals, so a page reads like the JSON it makes.
 */
struct json {
    struct arena *arena;
    char *start, *pos, *end;
};

#define json_lit(j, lit) json_raw((j), STR(lit))
void json_raw(struct json *j, struct str text);  /* as it is */
void json_text(struct json *j, struct str text); /* quoted and escaped; UTF-8 passes through */
void json_int(struct json *j, int64_t value);
void json_bool(struct json *j, bool value);

/* Five bytes either way ("true " or "false"), so that it can be patched in finished text. */
void json_flag(struct json *j, bool value);
void json_flag_patch(char *at, bool value);

/* What has been written; valid until the next write. */
static inline struct str json_str(const struct json *j)
{
    return (struct str){j->start, (size_t)(j->pos - j->start)};
}

#endif
