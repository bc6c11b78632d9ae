/* Tables of text for people: columns as wide as what stands in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_TABLE_H
#define TEXT_TABLE_H

#include <stdio.h>

#include "arena.h"

enum { TEXT_TABLE_COLUMNS = 12 };

/* Filled by one thread, row after row. Cells are copied into the arena. */
struct text_table {
    struct arena *arena;
    const char *const *heads; /* NULL-terminated, TEXT_TABLE_COLUMNS at most */
    struct text_row *first, **end;
    size_t widths[TEXT_TABLE_COLUMNS];
    size_t columns, rows;
};

/* `heads` outlive the table. A head that begins with '>' stands, like its column, to the right. */
void text_table_init(struct text_table *t, struct arena *arena, const char *const *heads);

/* As many cells as there are heads. What could move a terminal's cursor is shown as '?'. */
void text_table_row(struct text_table *t, const struct str *cells);

void text_table_print(const struct text_table *t, FILE *out);

/* Columns of a terminal that a text takes: wide characters two, marks that combine none. */
size_t text_table_width(struct str text);

/* What cells are made of. */
struct str text_table_number(struct arena *a, int64_t value);
struct str text_table_time(struct arena *a, int64_t wall_ms); /* "2026-11-28 09:30", local */
struct str text_table_age(struct arena *a, int64_t ms);       /* "12 s", "5 min", "3 h", "4 d" */
struct str text_table_bytes(struct arena *a, int64_t bytes);  /* "1.5 MiB" */

/* One line of it: control characters become '?', and ill-formed text too. */
struct str text_table_plain(struct arena *a, struct str text);

#endif
