/* One line of log in the making: bounded, escaped, and whole wherever it is cut. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOG_LINE_H
#define LOG_LINE_H

#include "log.h"

enum { LOG_LINE_TAIL = 32 }; /* bytes kept free for the end of the line */

/* Belongs to the thread that writes it. Zeroed but for `max` is an empty line. */
struct log_line {
    size_t len, max; /* at most LOG_LINE_MAX */
    bool full;       /* a piece did not fit: the field it belongs to is to be undone */
    bool cut;        /* something was left out */
    bool colour;
    char text[1 + LOG_LINE_MAX]; /* begins with a '\n', which is not counted */
};

/* Bytes as they are; when they do not fit, `full`. */
#define log_line_lit(line, lit) log_line_raw((line), STR(lit))
void log_line_raw(struct log_line *line, struct str text);

/* The inside of a JSON text: as much of it as fits, at most LOG_VALUE_MAX bytes, "..." where it was
 * cut; U+FFFD for a byte that is not UTF-8. No control character passes, those of terminals
 * included. Leaves room for a closing quote. */
void log_line_escaped(struct log_line *line, struct str text);

void log_line_int(struct log_line *line, int64_t number);

/* What has been written; the bytes past `from` go when the piece did not fit. */
void log_line_settle(struct log_line *line, size_t from);

/* The last piece, at most LOG_LINE_TAIL bytes: it always fits. */
void log_line_end(struct log_line *line, struct str text);

#endif
