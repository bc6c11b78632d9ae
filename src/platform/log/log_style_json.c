/* Lines in JSON, with the names of the Elastic Common Schema (ecs-logging, spec 8.11). */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <time.h>

#include "clock.h"
#include "log_style.h"

enum { STAMP_MAX = 64 };

static void stamp(struct log_line *line, int64_t wall_ms)
{
    time_t seconds = wall_ms / CLOCK_MS_PER_S;
    struct tm tm = {0};
    char date[STAMP_MAX], text[STAMP_MAX];

    (void)gmtime_r(&seconds, &tm);
    (void)strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(text, sizeof(text), "%.40s.%03dZ", date, (int)(wall_ms % CLOCK_MS_PER_S));
    log_line_raw(line, str_of(text));
}

/* The order of the first three is that of the specification. */
static void json_begin(struct log_line *line, enum log_level level, int64_t wall_ms,
                       const char *message)
{
    log_line_lit(line, "{\"@timestamp\":\"");
    stamp(line, wall_ms);
    log_line_lit(line, "\",\"log.level\":\"");
    log_line_raw(line, str_of(log_level_names[level]));
    log_line_lit(line, "\",\"message\":\"");
    log_line_escaped(line, str_of(message));
    log_line_lit(line, "\",\"ecs.version\":\"8.11.0\"");
}

static void json_value(struct log_line *line, const struct log_field *f)
{
    if (f->kind == LOG_FIELD_INT) {
        log_line_int(line, f->number);
        return;
    }
    if (f->kind == LOG_FIELD_BOOL) {
        log_line_raw(line, f->flag ? STR("true") : STR("false"));
        return;
    }
    log_line_lit(line, "\"");
    log_line_escaped(line, f->text);
    log_line_lit(line, "\"");
}

static void json_field(struct log_line *line, const struct log_field *f)
{
    log_line_lit(line, ",\"");
    log_line_raw(line, str_of(f->key));
    log_line_lit(line, "\":");
    json_value(line, f);
}

static void json_end(struct log_line *line)
{
    log_line_end(line, line->cut ? STR(",\"labels.cut\":\"true\"}\n") : STR("}\n"));
}

const struct log_style log_style_json = {
    .begin = json_begin, .field = json_field, .end = json_end, .fixed_fields = true};
