/* Logs: one line per event, as ECS JSON for machines or as coloured text for a terminal. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOG_H
#define LOG_H

#include "err.h"

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_AUTO, LOG_FORMAT_JSON, LOG_FORMAT_TEXT }; /* auto: is it a terminal? */

/* In the order of the enums, NULL-terminated: choices of a setting. */
extern const char *const log_level_names[];
extern const char *const log_format_names[];

/*
 * Where lines go. Only the edge logs: what fails below is a struct err that travels up.
 * Every function may be called from any thread; there is no lock. A line is one write(2) of at most
 * LOG_LINE_MAX bytes (4096 into a pipe, where that is atomic); what is longer is cut and says so.
 * A reader that has stopped reading costs lines, never a stopped process: log_dropped() counts
 * them. The process must ignore SIGPIPE.
 */
struct log;

enum { LOG_LINE_MAX = 8192, LOG_VALUE_MAX = 2048 /* bytes of one value, escaped */ };

struct log_options {
    int fd; /* borrowed: not closed */
    enum log_level level;
    enum log_format format;
    const char *service; /* service.name, "duan"; copied; NULL: left out */
    const char *version; /* service.version; copied; NULL: left out */
    const char *node;    /* service.node.name: which process of a cluster; copied; NULL: left out */
};

struct log *log_open(const struct log_options *options);
void log_close(struct log *l); /* NULL is fine */

void log_set_level(struct log *l, enum log_level level); /* at any time */
bool log_enabled(const struct log *l, enum log_level level);
uint64_t log_dropped(const struct log *l); /* lines lost since log_open() */

/* One fact about an event. Names are those of the Elastic Common Schema where it has one. */
struct log_field {
    const char *key;
    enum { LOG_FIELD_STR, LOG_FIELD_INT, LOG_FIELD_BOOL, LOG_FIELD_ERR } kind;
    union {
        struct str text;
        int64_t number;
        bool flag;
        const struct err *err;
    };
};

/* Keys are literals. A "url." text ends before its '?': query strings carry tokens. */
#define log_str(key_, value) \
    ((struct log_field){.key = "" key_, .kind = LOG_FIELD_STR, .text = (value)})
#define log_int(key_, value) \
    ((struct log_field){.key = "" key_, .kind = LOG_FIELD_INT, .number = (value)})
#define log_bool(key_, value) \
    ((struct log_field){.key = "" key_, .kind = LOG_FIELD_BOOL, .flag = (value)})

/* A whole failure: error.code (the reason, else the code), error.type, error.message (the chain),
 * error.stack_trace (the places, outermost first). NULL: no field at all. */
#define log_err(e) ((struct log_field){.key = "error", .kind = LOG_FIELD_ERR, .err = (e)})

/*
 * `c` gives request id, trace and user; NULL: none. `message` is constant text: facts are fields.
 *
 * log_event(l, LOG_LEVEL_INFO, c, "request", log_str("url.path", path), log_int("n", 7));
 */
#define log_event(l, level, c, message, ...)                                                    \
    log_write((l), (level), (c), (message), (const struct log_field[]){{0}, ##__VA_ARGS__} + 1, \
              COUNT(((const struct log_field[]){{0}, ##__VA_ARGS__})) - 1)
#define log_debug(l, c, ...) log_event((l), LOG_LEVEL_DEBUG, (c), __VA_ARGS__)
#define log_info(l, c, ...) log_event((l), LOG_LEVEL_INFO, (c), __VA_ARGS__)
#define log_warn(l, c, ...) log_event((l), LOG_LEVEL_WARN, (c), __VA_ARGS__)
#define log_error(l, c, ...) log_event((l), LOG_LEVEL_ERROR, (c), __VA_ARGS__)

/* What the macros call. */
void log_write(struct log *l, enum log_level level, const struct ctx *c, const char *message,
               const struct log_field *fields, size_t count);

#endif
