/* Slices of bytes: passed by value, never freed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STR_H
#define STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * A borrowed view of bytes, not NUL-terminated. {NULL, 0} is the empty string, so a zeroed struct
 * is always valid. Functions are pure and may be called from any thread.
 */
struct str {
    const char *ptr;
    size_t len;
};

#define STR(lit) ((struct str){"" lit, sizeof(lit) - 1})
#define STR_INIT(lit)           \
    {                           \
        "" lit, sizeof(lit) - 1 \
    }
#define STR_FMT "%.*s"
#define STR_ARG(s) (int)(s).len, (s).ptr ? (s).ptr : ""

/* The bytes of a C string; NULL is the empty one. */
static inline struct str str_of(const char *text)
{
    return (struct str){text, text ? strlen(text) : 0};
}

static inline bool str_eq(struct str a, struct str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool str_starts(struct str s, struct str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool str_ends(struct str s, struct str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* From byte `from` to the end; empty when it is shorter. */
static inline struct str str_from(struct str s, size_t from)
{
    return from < s.len ? (struct str){s.ptr + from, s.len - from} : (struct str){0};
}

/* Splits at the first `sep`; returns what precedes it and advances *rest past it. */
static inline struct str str_cut(struct str *rest, char sep)
{
    const char *hit = rest->len ? memchr(rest->ptr, sep, rest->len) : NULL;
    struct str head = {rest->ptr, hit ? (size_t)(hit - rest->ptr) : rest->len};

    *rest = hit ? (struct str){hit + 1, rest->len - head.len - 1} : (struct str){0};
    return head;
}

/* ASCII letters compare without regard to case. */
bool str_eq_nocase(struct str a, struct str b);

/* Without blanks, tabs and line ends at either side. */
struct str str_trim(struct str s);

/* Decimal, whole string, range-checked. Returns false and leaves *out alone otherwise. */
bool str_to_i64(struct str s, int64_t *out);

#endif
