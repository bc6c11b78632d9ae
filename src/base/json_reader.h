/* JSON text (RFC 8259), read from front to back; no tree is made. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JSON_READER_H
#define JSON_READER_H

#include "arena.h"

enum { JSON_DEPTH_MAX = 32 }; /* objects in arrays in objects */

/*
 * Zeroed but for arena, pos and end, it stands before the first value. A value is read, entered or
 * skipped, once. Once something is wrong every function says false, and json_reader_done() too: it
 * is enough to ask that in the end. Strings are well-formed UTF-8.
 *
 *     if (json_reader_enter(&r, '{'))
 *         while (json_reader_next(&r))
 *             if (str_eq(r.name, STR("id"))) json_reader_text(&r, &id);
 *             else json_reader_skip(&r);
 *     return json_reader_done(&r);
 */
struct json_reader {
    struct arena *arena;
    const char *pos, *end;
    struct str name; /* of the member that json_reader_next() has come to */
    size_t depth;
    char inside[JSON_DEPTH_MAX]; /* what was entered: '{' or '[' */
    bool fresh;                  /* entered just now: no comma is due */
    bool wrong;
};

/* Into the object '{' or the array '[' that comes next. */
bool json_reader_enter(struct json_reader *r, char opening);

/* To the next member or element of what was entered last; false: there is none, it was left. */
bool json_reader_next(struct json_reader *r);

/* A string, in the arena when it has escapes. */
bool json_reader_text(struct json_reader *r, struct str *out);

/* null: it is read, and this is true. Anything else stays where it is. */
bool json_reader_null(struct json_reader *r);

void json_reader_skip(struct json_reader *r);

/* The value that comes next, as it stands in the text; empty when something is wrong. */
struct str json_reader_raw(struct json_reader *r);

/* Was all of it one value, and nothing wrong with it? */
bool json_reader_done(struct json_reader *r);

#endif
