/* One connection to SQLite: opening, statements, errors. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sqlite_conn.h"

#include <pthread.h>
#include <stdlib.h>

#include "clock.h"

enum {
    BUSY_MS = 30000,        /* how long an operator's command may hold the file, and we wait */
    DEADLINE_STEPS = 20000, /* virtual machine steps between two looks at the clock */
    FIRST_ROWS = 16,
};

static void configure_once(void)
{
    /* Every connection belongs to one thread at a time, so SQLite needs no locks of its own. */
    (void)sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* Called by SQLite during long statements; true interrupts. */
static int deadline_missed(void *arg)
{
    const struct sqlite_conn *conn = arg;

    return conn->deadline_ns && clock_monotonic_ns() > conn->deadline_ns;
}

static struct err *set_pragmas(struct sqlite_conn *conn, struct ctx *c, enum sqlite_role role,
                               const struct sql_options *options)
{
    const char *text = arena_printf(
        c->arena,
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=%s; PRAGMA cache_size=-%zu;"
        "PRAGMA journal_size_limit=67108864; PRAGMA wal_autocheckpoint=0; PRAGMA query_only=%d",
        options->durable ? "FULL" : "OFF", options->cache_kib, role == SQLITE_ROLE_READER);

    return sqlite_conn_script(conn, c, text);
}

struct err *sqlite_conn_open(struct ctx *c, struct str path, enum sqlite_role role,
                             const struct sql_options *options, struct sqlite_conn **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sqlite_conn *conn = calloc(1, sizeof(*conn));
    struct err *e = NULL;

    if (!conn || pthread_once(&once, configure_once) != 0)
        abort();
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(arena_copy(c->arena, path).ptr, &conn->db, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(conn->db, BUSY_MS);
    if (rc != SQLITE_OK) {
        e = err_new(c, ERR_UNAVAILABLE, "open " STR_FMT ": %s", STR_ARG(path),
                    conn->db ? sqlite3_errmsg(conn->db) : "no memory");
        goto fail;
    }
    (void)sqlite3_extended_result_codes(conn->db, 1);
    sqlite3_progress_handler(conn->db, DEADLINE_STEPS, deadline_missed, conn);
    if ((e = set_pragmas(conn, c, role, options)) != NULL)
        goto fail;
    *out = conn;
    return NULL;

fail:
    sqlite_conn_close(conn);
    return e;
}

void sqlite_conn_close(struct sqlite_conn *conn)
{
    if (!conn)
        return;
    for (size_t i = 0; i < STATEMENTS_MAX; i++)
        sqlite3_finalize(conn->prepared[i].stmt);
    sqlite3_close(conn->db);
    free(conn);
}

static enum err_code code_of(int rc)
{
    static const struct {
        int rc;
        enum err_code code;
    } known[] = {
        {SQLITE_CONSTRAINT_UNIQUE, ERR_EXISTS}, {SQLITE_CONSTRAINT_PRIMARYKEY, ERR_EXISTS},
        {SQLITE_CONSTRAINT_ROWID, ERR_EXISTS},  {SQLITE_BUSY, ERR_UNAVAILABLE},
        {SQLITE_LOCKED, ERR_UNAVAILABLE},       {SQLITE_CANTOPEN, ERR_UNAVAILABLE},
        {SQLITE_INTERRUPT, ERR_TIMEOUT},
    };

    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].rc == rc || known[i].rc == (rc & 0xff))
            return known[i].code;
    return ERR_INTERNAL;
}

/* SQLite tells a full disk in two ways. */
static bool is_full(struct sqlite_conn *conn, int rc)
{
    return (rc & 0xff) == SQLITE_FULL ||
           ((rc & 0xff) == SQLITE_IOERR && err_errno_reason(sqlite3_system_errno(conn->db)));
}

struct err *sqlite_conn_failed(struct sqlite_conn *conn, struct ctx *c, int rc, const char *what)
{
    bool latest = sqlite3_extended_errcode(conn->db) == rc; /* else its words are of another */
    const char *words = latest ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc);

    if ((rc & 0xff) == SQLITE_CORRUPT || (rc & 0xff) == SQLITE_NOTADB)
        return err_new(c, ERR_DATA_LOSS,
                       "sql: %s in \"%s\": the database is damaged; stop the server, look with"
                       " `duan admin doctor`, and restore a backup",
                       words, what);
    if (is_full(conn, rc))
        return err_reason(c, ERR_EXHAUSTED, ERR_DISK_FULL, "sql: %s in \"%s\"", words, what);
    return err_new(c, code_of(rc), "sql: %s in \"%s\"", words, what);
}

/* The statement of a literal, prepared when first met. Open addressing: nothing is ever removed. */
static struct sqlite_prepared *place_of(struct sqlite_conn *conn, const char *text)
{
    size_t i = ((uintptr_t)text >> 3) * 2654435761U % STATEMENTS_MAX;

    for (size_t n = 0; n < STATEMENTS_MAX; n++, i = (i + 1) % STATEMENTS_MAX)
        if (!conn->prepared[i].text || conn->prepared[i].text == text)
            return &conn->prepared[i];
    abort(); /* more statements than the code has */
}

static int prepare(struct sqlite_conn *conn, struct sqlite_prepared *one, const char *text,
                   const char *whole)
{
    int rc = sqlite3_prepare_v3(conn->db, whole, -1, SQLITE_PREPARE_PERSISTENT, &one->stmt, NULL);

    if (rc == SQLITE_OK)
        one->text = text;
    return rc;
}

static int statement_of(struct sqlite_conn *conn, const char *text, sqlite3_stmt **out)
{
    struct sqlite_prepared *one = place_of(conn, text);
    int rc = one->text ? SQLITE_OK : prepare(conn, one, text, text);

    *out = one->stmt;
    return rc;
}

/* The same, of what may be more than its text. */
static int call_of(struct sqlite_conn *conn, struct ctx *c, const struct sql_call *call,
                   sqlite3_stmt **out)
{
    struct sqlite_prepared *one = place_of(conn, call->text);
    int rc = SQLITE_OK;

    if (!one->text)
        rc = prepare(conn, one, call->text,
                     call->mode == SQL_PUT
                         ? arena_printf(c->arena, "%s%s", call->text, sql_put_end(c, call, false))
                         : call->text);
    *out = one->stmt;
    return rc;
}

static int bind_one(sqlite3_stmt *stmt, int at, const struct sql_arg *arg)
{
    switch (arg->type) {
    case SQL_INT:
        return sqlite3_bind_int64(stmt, at, arg->i);
    case SQL_TEXT:
        return sqlite3_bind_text64(stmt, at, arg->s.ptr ? arg->s.ptr : "", arg->s.len,
                                   SQLITE_STATIC, SQLITE_UTF8);
    case SQL_BLOB:
        return sqlite3_bind_blob64(stmt, at, arg->s.ptr ? arg->s.ptr : "", arg->s.len,
                                   SQLITE_STATIC);
    default:
        return sqlite3_bind_null(stmt, at);
    }
}

static int bind_all(sqlite3_stmt *stmt, struct sql_args args)
{
    int rc = (int)args.count == sqlite3_bind_parameter_count(stmt) ? SQLITE_OK : SQLITE_MISUSE;

    for (size_t i = 0; i < args.count && rc == SQLITE_OK; i++)
        rc = bind_one(stmt, (int)i + 1, &args.at[i]);
    return rc;
}

static struct sql_arg read_cell(struct arena *a, sqlite3_stmt *stmt, int column)
{
    int type = sqlite3_column_type(stmt, column);

    if (type == SQLITE_INTEGER)
        return sql_int(sqlite3_column_int64(stmt, column));
    if (type == SQLITE_NULL)
        return (struct sql_arg){.type = SQL_NULL};
    const char *bytes = sqlite3_column_blob(stmt, column);
    struct str s = {bytes, (size_t)sqlite3_column_bytes(stmt, column)};

    s = arena_copy(a, s);
    return type == SQLITE_BLOB ? sql_blob(s) : sql_text(s);
}

/* Rows as they come: room doubles. */
struct gathering {
    struct sql_arg *cells;
    size_t room, columns, count;
};

static void gather(struct arena *a, sqlite3_stmt *stmt, struct gathering *g)
{
    if (g->count == g->room) {
        struct sql_arg *old = g->cells;

        g->room = g->room ? g->room * 2 : FIRST_ROWS;
        g->cells = arena_array(a, struct sql_arg, g->room * g->columns);
        if (old)
            memcpy(g->cells, old, g->count * g->columns * sizeof(*old));
    }
    for (size_t i = 0; i < g->columns; i++)
        g->cells[g->count * g->columns + i] = read_cell(a, stmt, (int)i);
    g->count++;
}

/* Steps to the end; rows that nobody wants are not copied. */
static int step_all(sqlite3_stmt *stmt, struct arena *a, struct sql_rows *rows)
{
    struct gathering g = {.columns = (size_t)sqlite3_column_count(stmt)};
    int rc;

    while ((rc = sqlite3_step(stmt)) == SQLITE_ROW)
        if (rows)
            gather(a, stmt, &g);
    if (rc != SQLITE_DONE)
        return rc;
    if (rows)
        *rows = (struct sql_rows){.cells = g.cells, .count = g.count, .columns = g.columns};
    return SQLITE_OK;
}

struct err *sqlite_conn_run(struct sqlite_conn *conn, struct ctx *c, struct sql_rows *rows,
                            int64_t *changed, const struct sql_call *call)
{
    sqlite3_stmt *stmt = NULL;
    int rc = call_of(conn, c, call, &stmt);

    if (rc == SQLITE_OK)
        rc = bind_all(stmt, call->args);
    conn->deadline_ns = c->deadline_ns;
    if (rc == SQLITE_OK)
        rc = step_all(stmt, c->arena, rows);
    struct err *e = rc == SQLITE_OK ? NULL : sqlite_conn_failed(conn, c, rc, call->text);

    if (!e && changed)
        *changed = sqlite3_changes64(conn->db);
    (void)sqlite3_reset(stmt); /* repeats the code that step returned */
    return e;
}

struct err *sqlite_conn_script(struct sqlite_conn *conn, struct ctx *c, const char *text)
{
    int rc = sqlite3_exec(conn->db, text, NULL, NULL, NULL);

    return rc == SQLITE_OK ? NULL : sqlite_conn_failed(conn, c, rc, text);
}

int sqlite_conn_do(struct sqlite_conn *conn, const char *text)
{
    sqlite3_stmt *stmt = NULL;
    int rc = statement_of(conn, text, &stmt);

    conn->deadline_ns = 0; /* beginning and ending a transaction is never cut short */
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    (void)sqlite3_reset(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int64_t sqlite_conn_version(struct sqlite_conn *conn)
{
    sqlite3_stmt *stmt = NULL;
    int64_t version = 0;

    conn->deadline_ns = 0;
    if (statement_of(conn, "PRAGMA data_version", &stmt) == SQLITE_OK &&
        sqlite3_step(stmt) == SQLITE_ROW)
        version = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_reset(stmt);
    return version;
}
