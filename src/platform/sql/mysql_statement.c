/* Preparing, binding, executing and fetching. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_statement.h"

#include <errmsg.h>
#include <stdlib.h>

/* What the library says of a statement it keeps apart from what it says of the connection. */
static bool failed(struct mysql_conn *conn, MYSQL_STMT *stmt)
{
    unsigned number = mysql_stmt_errno(stmt);

    mysql_conn_note(conn, number ? number : CR_UNKNOWN_ERROR, mysql_stmt_sqlstate(stmt),
                    mysql_stmt_error(stmt));
    return false;
}

/* ---- preparing ---- */

static const char *text_of(struct ctx *c, const struct sql_call *call)
{
    if (call->mode == SQL_PLAIN)
        return call->text;
    return arena_printf(c->arena, "%s%s", call->text,
                        call->mode == SQL_LOCK ? " FOR UPDATE" : sql_put_end(c, call, true));
}

static bool prepare(struct mysql_conn *conn, struct ctx *c, const struct sql_call *call,
                    struct mysql_prepared *out)
{
    const char *text = text_of(c, call);
    MYSQL_STMT *stmt = mysql_stmt_init(conn->my);
    my_bool yes = 1;

    if (!stmt)
        abort();
    (void)mysql_stmt_attr_set(stmt, STMT_ATTR_UPDATE_MAX_LENGTH, &yes);
    if (mysql_stmt_prepare(stmt, text, strlen(text)) != 0) {
        (void)failed(conn, stmt);
        (void)mysql_stmt_close(stmt);
        return false;
    }
    *out = (struct mysql_prepared){call->text, call->mode, stmt};
    return true;
}

/* The statement of a literal. Open addressing: nothing is ever removed. */
static bool statement_of(struct mysql_conn *conn, struct ctx *c, const struct sql_call *call,
                         MYSQL_STMT **out)
{
    size_t i = ((uintptr_t)call->text >> 3) * 2654435761U % MYSQL_STATEMENTS_MAX;

    for (size_t n = 0; n < MYSQL_STATEMENTS_MAX; n++, i = (i + 1) % MYSQL_STATEMENTS_MAX) {
        struct mysql_prepared *one = &conn->prepared[i];
        if (one->text && (one->text != call->text || one->mode != call->mode))
            continue;
        if (!one->text && !prepare(conn, c, call, one))
            return false;
        *out = one->stmt;
        return true;
    }
    abort(); /* more statements than the code has */
}

/* ---- arguments ---- */

/* The library only reads what is bound to a parameter, and does not say so. */
static void *readable(const void *bytes)
{
    void *same;

    memcpy(&same, &bytes, sizeof(same));
    return same;
}

static MYSQL_BIND bound(const struct sql_arg *arg)
{
    static char none[1];

    if (arg->type == SQL_NULL)
        return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_NULL};
    if (arg->type == SQL_INT)
        return (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = readable(&arg->i)};
    return (MYSQL_BIND){.buffer_type = arg->type == SQL_TEXT ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB,
                        .buffer = arg->s.len ? readable(arg->s.ptr) : none,
                        .buffer_length = arg->s.len};
}

static bool execute(struct mysql_conn *conn, struct ctx *c, MYSQL_STMT *stmt, struct sql_args args)
{
    MYSQL_BIND *binds = arena_array(c->arena, MYSQL_BIND, args.count);

    if (args.count != mysql_stmt_param_count(stmt)) {
        mysql_conn_note(conn, CR_INVALID_PARAMETER_NO, "HY000", "another number of arguments");
        return false;
    }
    for (size_t i = 0; i < args.count; i++)
        binds[i] = bound(&args.at[i]);
    if ((args.count && mysql_stmt_bind_param(stmt, binds)) || mysql_stmt_execute(stmt) != 0)
        return failed(conn, stmt);
    return true;
}

/* ---- rows ---- */

enum { CHARSET_BINARY = 63 };

/* Where the library puts one column of the row that is fetched. */
struct column {
    int64_t i;
    unsigned long len;
    my_bool is_null;
    enum { COLUMN_INT, COLUMN_TEXT, COLUMN_BLOB } type;
};

static bool is_number(enum enum_field_types type)
{
    return type == MYSQL_TYPE_TINY || type == MYSQL_TYPE_SHORT || type == MYSQL_TYPE_INT24 ||
           type == MYSQL_TYPE_LONG || type == MYSQL_TYPE_LONGLONG ||
           type == MYSQL_TYPE_NEWDECIMAL; /* what sum() gives */
}

/* Room for the longest value of each column: all rows have been received. */
static void bind_column(struct arena *a, const MYSQL_FIELD *field, struct column *column,
                        MYSQL_BIND *bind)
{
    if (is_number(field->type)) {
        column->type = COLUMN_INT;
        *bind = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &column->i};
    } else {
        column->type = field->charsetnr == CHARSET_BINARY ? COLUMN_BLOB : COLUMN_TEXT;
        *bind = (MYSQL_BIND){.buffer_type = MYSQL_TYPE_STRING,
                             .buffer = arena_bytes(a, field->max_length + 1),
                             .buffer_length = field->max_length + 1};
    }
    bind->length = &column->len;
    bind->is_null = &column->is_null;
}

static struct sql_arg cell_of(struct arena *a, const struct column *column, const MYSQL_BIND *bind)
{
    if (column->is_null)
        return (struct sql_arg){.type = SQL_NULL};
    if (column->type == COLUMN_INT)
        return sql_int(column->i);
    struct str s = arena_copy(a, (struct str){bind->buffer, column->len});

    return column->type == COLUMN_BLOB ? sql_blob(s) : sql_text(s);
}

static bool fetch_all(struct mysql_conn *conn, MYSQL_STMT *stmt, struct arena *a,
                      const struct column *columns, const MYSQL_BIND *binds, struct sql_rows *rows)
{
    size_t count = (size_t)mysql_stmt_num_rows(stmt), width = mysql_stmt_field_count(stmt);
    struct sql_arg *cells = arena_array(a, struct sql_arg, count * width);

    for (size_t row = 0; row < count; row++) {
        if (mysql_stmt_fetch(stmt) != 0)
            return failed(conn, stmt);
        for (size_t i = 0; i < width; i++)
            cells[row * width + i] = cell_of(a, &columns[i], &binds[i]);
    }
    *rows = (struct sql_rows){.cells = cells, .count = count, .columns = width};
    return true;
}

static bool read_rows(struct mysql_conn *conn, struct ctx *c, MYSQL_STMT *stmt,
                      struct sql_rows *rows)
{
    size_t width = mysql_stmt_field_count(stmt);
    struct column *columns = arena_array(c->arena, struct column, width);
    MYSQL_BIND *binds = arena_array(c->arena, MYSQL_BIND, width);

    if (mysql_stmt_store_result(stmt) != 0)
        return failed(conn, stmt);
    MYSQL_RES *fields = mysql_stmt_result_metadata(stmt);

    for (size_t i = 0; i < width; i++)
        bind_column(c->arena, mysql_fetch_field_direct(fields, (unsigned)i), &columns[i],
                    &binds[i]);
    mysql_free_result(fields);
    if (mysql_stmt_bind_result(stmt, binds))
        return failed(conn, stmt);
    return fetch_all(conn, stmt, c->arena, columns, binds, rows);
}

bool mysql_statement_run(struct mysql_conn *conn, struct ctx *c, struct sql_rows *rows,
                         int64_t *changed, const struct sql_call *call)
{
    MYSQL_STMT *stmt = NULL;
    bool good = statement_of(conn, c, call, &stmt) && execute(conn, c, stmt, call->args);

    if (good && changed)
        *changed = (int64_t)mysql_stmt_affected_rows(stmt);
    if (good && rows)
        good = read_rows(conn, c, stmt, rows);
    if (stmt)
        (void)mysql_stmt_free_result(stmt);
    return good;
}
