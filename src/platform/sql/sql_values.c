/* Rows, read cell by cell; the usual options. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sql_values.h"

#include <assert.h>

const struct sql_options sql_defaults = {
    .durable = true,
    .readers_max = 16,
    .writers_max = 16,
    .queue_max = 4096,
    .batch_max = SQL_BATCH_MAX,
    .log_max_pages = 4000,
    .cache_kib = 8192,
    .connect_ms = 3000,
    .lock_wait_ms = 5000,
    .silence_ms = 30000,
};

bool sql_next(struct sql_rows *rows)
{
    return rows->next < rows->count && ++rows->next;
}

bool sql_seek(struct sql_rows *rows, size_t column, int64_t number)
{
    for (size_t i = 0; i < rows->count; i++)
        if (rows->cells[i * rows->columns + column].i == number) {
            rows->next = i + 1;
            return true;
        }
    return false;
}

static const struct sql_arg *cell(const struct sql_rows *rows, size_t column)
{
    assert(rows->next > 0 && column < rows->columns);
    return &rows->cells[(rows->next - 1) * rows->columns + column];
}

int64_t sql_i64(const struct sql_rows *rows, size_t column)
{
    return cell(rows, column)->i;
}

struct str sql_str(const struct sql_rows *rows, size_t column)
{
    return cell(rows, column)->s;
}

int64_t *sql_i64_column(const struct sql_rows *rows, struct ctx *c, size_t column)
{
    int64_t *values = arena_array(c->arena, int64_t, rows->count);

    for (size_t i = 0; i < rows->count; i++)
        values[i] = rows->cells[i * rows->columns + column].i;
    return values;
}
