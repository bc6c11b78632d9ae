/* How a line looks: JSON for machines, text for people. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOG_STYLE_H
#define LOG_STYLE_H

#include "log_line.h"

/* Pure: any thread, each with its own line. */
struct log_style {
    /* `wall_ms`: Unix time. */
    void (*begin)(struct log_line *line, enum log_level level, int64_t wall_ms,
                  const char *message);
    void (*field)(struct log_line *line, const struct log_field *f); /* not a LOG_FIELD_ERR */
    void (*end)(struct log_line *line);
    bool fixed_fields; /* is every line to name its service? */
};

extern const struct log_style log_style_json, log_style_text;

#endif
