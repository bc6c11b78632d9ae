/* A line of log: a buffer that never overflows and never holds half a piece. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "log_line.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>

#include "utf8.h"

enum { CUT_MARK = 3, QUOTE = 1 };

static void append(struct log_line *line, struct str text)
{
    memcpy(line->text + 1 + line->len, text.ptr, text.len);
    line->len += text.len;
}

void log_line_raw(struct log_line *line, struct str text)
{
    if (line->full || line->max - LOG_LINE_TAIL - line->len < text.len)
        line->full = true;
    else if (text.len)
        append(line, text);
}

/* Bytes of the character at the start of `s`; 0: it is none. */
static size_t character(struct str s)
{
    uint8_t lead = (uint8_t)s.ptr[0];
    size_t len = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;

    return len <= s.len && utf8_valid((struct str){s.ptr, len}) ? len : 0;
}

/* How the character must be written; `buffer` is room for it. */
static struct str escape(struct str one, char buffer[8])
{
    unsigned code = (uint8_t)one.ptr[one.len - 1];

    if (one.len == 1 && (code == '"' || code == '\\')) {
        buffer[0] = '\\';
        buffer[1] = (char)code;
        return (struct str){buffer, 2};
    }
    if (one.len == 1 && code == '\n')
        return STR("\\n");
    if (!utf8_has_control(one))
        return one;
    int len = snprintf(buffer, 8, "\\u%04x", code); /* U+0080 to U+009F end in their number */

    return (struct str){buffer, (size_t)len};
}

/* Most text is plain: how much of it, from the start, can be copied at once? */
static size_t plain_run(struct str s, size_t room)
{
    size_t len = 0;

    while (len < s.len && len < room && s.ptr[len] >= ' ' && s.ptr[len] <= '~' &&
           s.ptr[len] != '"' && s.ptr[len] != '\\')
        len++;
    return len;
}

/* The next piece as it must be written; *used bytes of the text are done with it. */
static struct str next_piece(struct str text, size_t room, char buffer[8], size_t *used)
{
    size_t plain = plain_run(text, room);

    if (plain) {
        *used = plain;
        return (struct str){text.ptr, plain};
    }
    size_t len = character(text);

    *used = len ? len : 1;
    return len ? escape((struct str){text.ptr, len}, buffer) : STR("\xef\xbf\xbd");
}

void log_line_escaped(struct log_line *line, struct str text)
{
    size_t free = line->max - LOG_LINE_TAIL - line->len;
    size_t room = free < LOG_VALUE_MAX ? free : LOG_VALUE_MAX;

    if (line->full || free < CUT_MARK + QUOTE) {
        line->full = true;
        return;
    }
    room -= CUT_MARK + QUOTE;
    while (text.len) {
        char buffer[8];
        size_t used;
        struct str piece = next_piece(text, room, buffer, &used);

        if (piece.len > room) {
            append(line, STR("..."));
            line->cut = true;
            return;
        }
        append(line, piece);
        room -= piece.len;
        text = str_from(text, used);
    }
}

void log_line_int(struct log_line *line, int64_t number)
{
    char digits[24];
    int len = snprintf(digits, sizeof(digits), "%" PRId64, number);

    log_line_raw(line, (struct str){digits, (size_t)len});
}

void log_line_settle(struct log_line *line, size_t from)
{
    if (!line->full)
        return;
    line->len = from;
    line->full = false;
    line->cut = true;
}

void log_line_end(struct log_line *line, struct str text)
{
    assert(text.len <= LOG_LINE_TAIL);
    append(line, text);
}
