/* Lines for people: time, level, message, then name=value; coloured on a terminal. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "log_style.h"

#define DIM "\x1b[2m"
#define PLAIN "\x1b[0m"

static const struct {
    const char *plain, *coloured;
} levels[] = {
    [LOG_LEVEL_DEBUG] = {" DEBUG ", " \x1b[36mDEBUG" PLAIN " "},
    [LOG_LEVEL_INFO] = {" INFO  ", " \x1b[32mINFO" PLAIN "  "},
    [LOG_LEVEL_WARN] = {" WARN  ", " \x1b[33mWARN" PLAIN "  "},
    [LOG_LEVEL_ERROR] = {" ERROR ", " \x1b[31mERROR" PLAIN " "},
};

/* Of the day, in UTC, as in the JSON lines. */
static void text_begin(struct log_line *line, enum log_level level, int64_t wall_ms,
                       const char *message)
{
    time_t seconds = wall_ms / CLOCK_MS_PER_S;
    struct tm tm = {0};
    char text[32];

    (void)gmtime_r(&seconds, &tm);
    (void)snprintf(text, sizeof(text), "%02d:%02d:%02d.%03d", tm.tm_hour % 24, tm.tm_min % 60,
                   tm.tm_sec % 61, (int)(wall_ms % CLOCK_MS_PER_S));
    log_line_raw(line, str_of(text));
    log_line_raw(line, str_of(line->colour ? levels[level].coloured : levels[level].plain));
    log_line_escaped(line, str_of(message));
}

static bool is_word(struct str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((uint8_t)s.ptr[i] <= ' ' || (uint8_t)s.ptr[i] >= 0x7f || strchr("\"=\\", s.ptr[i]))
            return false;
    return s.len > 0;
}

static void text_value(struct log_line *line, const struct log_field *f)
{
    struct str quote = is_word(f->text) ? STR("") : STR("\"");

    log_line_raw(line, quote);
    log_line_escaped(line, f->text);
    log_line_raw(line, quote);
}

static void text_field(struct log_line *line, const struct log_field *f)
{
    log_line_raw(line, line->colour ? STR("  " DIM) : STR("  "));
    log_line_raw(line, str_of(f->key));
    log_line_raw(line, line->colour ? STR("=" PLAIN) : STR("="));
    if (f->kind == LOG_FIELD_INT)
        log_line_int(line, f->number);
    else if (f->kind == LOG_FIELD_BOOL)
        log_line_raw(line, f->flag ? STR("true") : STR("false"));
    else
        text_value(line, f);
}

static void text_end(struct log_line *line)
{
    log_line_end(line, line->cut ? STR("  [cut]\n") : STR("\n"));
}

const struct log_style log_style_text = {.begin = text_begin, .field = text_field, .end = text_end};
