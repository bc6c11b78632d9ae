/* Settings: one table of what exists, and the values that apply, with where each came from. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdio.h>

#include "err.h"

enum config_type {
    CONFIG_STRING,   /* one line of UTF-8 */
    CONFIG_INT,      /* a whole number */
    CONFIG_BOOL,     /* true or false */
    CONFIG_BYTES,    /* "64MiB": B, kB, MB, GB, TB (1000) or KiB, MiB, GiB, TiB (1024) */
    CONFIG_DURATION, /* "5s": ms, s, m, h, d; kept in milliseconds */
    CONFIG_CHOICE,   /* one of `choices` */
};

/* One setting. The table is the caller's and outlives every struct config made from it. */
struct config_setting {
    const char *name; /* "http.listen": lower case letters, digits, '_'; parts joined by '.' */
    const char *text; /* the default, written as a user would */
    const char *help; /* a sentence */
    const char *const *choices; /* NULL-terminated; CONFIG_CHOICE only */
    /* Of a number, in its unit; of a string, of its length in bytes. Both 0: any that is not
     * negative (CONFIG_INT: any at all). */
    int64_t min, max;
    enum config_type type;
    bool secret; /* never printed, not even in an error */
    bool reload; /* may change while the process runs */
};

/*
 * Sources, in rising precedence whatever the order of the calls: default, YAML, environment,
 * --set. Within one source the later call wins.
 * Written by one thread until the last load has returned, then immutable: any thread may read.
 * To reload, make a second one and compare them with config_changed().
 */
struct config;

/* Aborts when the table itself is wrong: a bad name, a default that is not allowed. */
struct config *config_create(const struct config_setting *settings, size_t count);
void config_destroy(struct config *f); /* NULL is fine */

enum { CONFIG_FILE_MAX = 1 << 20, CONFIG_DEPTH_MAX = 8 };

/*
 * A load that fails leaves every value as it was. All mistakes of one source come in one
 * ERR_INVALID message, a line each:
 *
 * duan.yaml:7: media.encodes: "many" is not a whole number from 1 to 64
 *
 * duan.yaml:9: "http.lisen" is not a setting; did you mean http.listen?
 */

/* A YAML file of at most CONFIG_FILE_MAX bytes. ERR_NOT_FOUND: there is none. */
MUST_USE struct err *config_load_file(struct config *f, struct ctx *c, const char *path);

/* The same from memory; `place` is its name in messages. Nested maps or dotted keys, no aliases. */
MUST_USE struct err *config_load_yaml(struct config *f, struct ctx *c, const char *place,
                                      struct str text);

/*
 * Variables that begin with DUAN_: DUAN_HTTP_LISTEN is http.listen. `env` is as environ(7), ends
 * with NULL. `except` (NULL-terminated, may be NULL) names variables that are not settings; those
 * that Kubernetes adds for services (DUAN_SERVICE_HOST, DUAN_PORT=tcp://...) are passed over.
 */
MUST_USE struct err *config_load_env(struct config *f, struct ctx *c, char *const *env,
                                     const char *const *except);

/* What followed --set on the command line: "name=value". */
MUST_USE struct err *config_load_set(struct config *f, struct ctx *c, struct str assignment);

/*
 * Values. A name that is not in the table, or one of another type, is our bug: aborts.
 * Texts live as long as f and are NUL-terminated.
 */
struct str config_str(const struct config *f, const char *name); /* CONFIG_STRING, CONFIG_CHOICE */
size_t config_choice(const struct config *f, const char *name);  /* index in `choices` */
int64_t config_int(const struct config *f, const char *name);
bool config_bool(const struct config *f, const char *name);
int64_t config_bytes(const struct config *f, const char *name);
int64_t config_duration_ms(const struct config *f, const char *name);

/* Was it set by anything but its default? */
bool config_is_set(const struct config *f, const char *name);

/* The first setting at or after *at whose value differs, or NULL; *at moves past it. Both were
 * made from the same table. */
const struct config_setting *config_changed(const struct config *before, const struct config *after,
                                            size_t *at);

/* Every setting with its value, source and help, as YAML that loads again; a secret is "***" in a
 * comment. */
void config_print(const struct config *f, FILE *out);

/* The page of reference: a markdown table. */
void config_reference(const struct config_setting *settings, size_t count, FILE *out);

#endif
