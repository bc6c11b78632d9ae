/* One connection to a MySQL server: opening, transactions, what its failures mean. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_conn.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "mysql_statement.h"

/* Numbers that not every header of the client library has. */
enum {
    MARIADB_CHANGED_SINCE_SNAPSHOT = 1020,
    MARIADB_STATEMENT_TIMEOUT = 1969,
    MARIADB_KILLED = 1927,
    MYSQL_STATEMENT_TIMEOUT = 3024,
    TIDB_WRITE_CONFLICT = 9007,
};

/* ---- what a failure means ---- */

static const struct {
    unsigned number;
    enum err_code code;
} meanings[] = {
    {ER_DUP_ENTRY, ERR_EXISTS},
    {ER_TABLE_EXISTS_ERROR, ERR_EXISTS},
    {ER_DUP_FIELDNAME, ERR_EXISTS},
    {ER_DUP_KEYNAME, ERR_EXISTS},
    {ER_BAD_TABLE_ERROR, ERR_NOT_FOUND},
    {ER_CANT_DROP_FIELD_OR_KEY, ERR_NOT_FOUND},
    {ER_LOCK_DEADLOCK, ERR_ABORTED},
    {ER_LOCK_WAIT_TIMEOUT, ERR_ABORTED},
    {MARIADB_CHANGED_SINCE_SNAPSHOT, ERR_ABORTED},
    {TIDB_WRITE_CONFLICT, ERR_ABORTED},
    {MARIADB_STATEMENT_TIMEOUT, ERR_TIMEOUT},
    {MYSQL_STATEMENT_TIMEOUT, ERR_TIMEOUT},
    {ER_DISK_FULL, ERR_EXHAUSTED},
    {ER_RECORD_FILE_FULL, ERR_EXHAUSTED},
    {ER_CON_COUNT_ERROR, ERR_UNAVAILABLE},
    {ER_SERVER_SHUTDOWN, ERR_UNAVAILABLE},
    {ER_QUERY_INTERRUPTED, ERR_UNAVAILABLE},
    {ER_OPTION_PREVENTS_STATEMENT, ERR_UNAVAILABLE}, /* read only: it became a replica */
    {MARIADB_KILLED, ERR_UNAVAILABLE},
};

static enum err_code code_of(unsigned number)
{
    for (size_t i = 0; i < COUNT(meanings); i++)
        if (meanings[i].number == number)
            return meanings[i].code;
    return number >= CR_MIN_ERROR && number <= CR_MAX_ERROR ? ERR_UNAVAILABLE : ERR_INTERNAL;
}

/* The library's own numbers are of a connection that fell silent or was cut. */
static bool is_loss(unsigned number)
{
    return number == CR_SERVER_LOST || number == CR_SERVER_GONE_ERROR ||
           number == CR_SERVER_LOST_EXTENDED || number == CR_COMMANDS_OUT_OF_SYNC ||
           number == CR_MALFORMED_PACKET || number == MARIADB_KILLED ||
           number == ER_SERVER_SHUTDOWN || number == ER_OPTION_PREVENTS_STATEMENT;
}

void mysql_conn_note(struct mysql_conn *conn, unsigned number, const char *state, const char *words)
{
    conn->failure.number = number;
    (void)snprintf(conn->failure.state, sizeof(conn->failure.state), "%s", state);
    (void)snprintf(conn->failure.words, sizeof(conn->failure.words), "%s", words);
}

/* Words of a failure that is about a value would quote it: names, messages. */
static const char *words_of(const struct mysql_failure *f)
{
    bool quotes = f->number == ER_TRUNCATED_WRONG_VALUE_FOR_FIELD || !strncmp(f->state, "22", 2) ||
                  !strncmp(f->state, "23", 2);

    return quotes ? "a value was refused" : f->words;
}

/* The latest failure as one of ours: `what` was being tried. */
static struct err *failed(struct mysql_conn *conn, struct ctx *c, const char *what)
{
    unsigned number = conn->failure.number;
    enum err_code code = conn->watched.cut ? ERR_TIMEOUT : code_of(number);
    const char *words = words_of(&conn->failure);

    conn->lost |= is_loss(number) || conn->watched.cut;
    conn->undone |= conn->lost || code == ERR_ABORTED;
    if (code == ERR_ABORTED)
        return err_reason(c, code, SQL_COLLISION, "sql: %s (%u) in \"%s\"", words, number, what);
    if (number == ER_DUP_ENTRY)
        return err_new(c, code, "sql: a row of that key exists in \"%s\"", what);
    if (code == ERR_EXHAUSTED)
        return err_reason(c, code, ERR_DISK_FULL, "sql: %s (%u) in \"%s\"", words, number, what);
    return err_new(c, code, "sql: %s (%u) in \"%s\"", words, number, what);
}

/* ---- opening ---- */

static void init_once(void)
{
    if (mysql_library_init(0, NULL, NULL) != 0)
        abort();
}

static unsigned seconds(int64_t ms)
{
    return ms < 1000 ? 1 : (unsigned)(ms / 1000);
}

/* Not longer than the request that waits for it. */
static unsigned connect_seconds(const struct ctx *c, const struct sql_options *options)
{
    int64_t left = c->deadline_ns ? (c->deadline_ns - clock_monotonic_ns()) / CLOCK_NS_PER_MS
                                  : options->connect_ms;

    return seconds(left < options->connect_ms ? left : options->connect_ms);
}

static void set_options(struct mysql_conn *conn, const struct ctx *c,
                        const struct mysql_place *place, const struct sql_options *options)
{
    unsigned connect = connect_seconds(c, options), silence = seconds(options->silence_ms);
    unsigned none = 0, tcp = MYSQL_PROTOCOL_TCP;
    my_bool yes = 1, no = 0;

    (void)mysql_options(conn->my, MYSQL_OPT_PROTOCOL, &tcp); /* "localhost" is no socket file */
    (void)mysql_options(conn->my, MYSQL_OPT_CONNECT_TIMEOUT, &connect);
    (void)mysql_options(conn->my, MYSQL_OPT_READ_TIMEOUT, &silence);
    (void)mysql_options(conn->my, MYSQL_OPT_WRITE_TIMEOUT, &silence);
    (void)mysql_options(conn->my, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_options(conn->my, MYSQL_OPT_LOCAL_INFILE, &none);
    (void)mysql_options(conn->my, MYSQL_OPT_RECONNECT, &no); /* a transaction would be cut in two */
    if (!place->tls_ca)
        return;
    (void)mysql_ssl_set(conn->my, place->tls_key, place->tls_cert, place->tls_ca, NULL, NULL);
    (void)mysql_options(conn->my, MYSQL_OPT_SSL_ENFORCE, &yes);
    (void)mysql_options(conn->my, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &yes);
}

/* What one kind of server has and another lacks: an unknown variable is no failure. */
static struct err *set_if_known(struct mysql_conn *conn, struct ctx *c, const char *text)
{
    struct err *e = mysql_conn_do(conn, c, text);

    return e && mysql_errno(conn->my) == ER_UNKNOWN_SYSTEM_VARIABLE ? NULL : e;
}

/* Who was cut off from the server in the middle of a transaction must not hold its rows until the
 * server notices, which takes it hours: one of those may be what all draw their ids from. */
#define IDLE_TRANSACTION "SET SESSION idle_transaction_timeout = 10"

/* The same behaviour whatever the server's defaults: strict, binary comparison, UTC, no write that
 * was based on an old snapshot. */
static struct err *set_session(struct mysql_conn *conn, struct ctx *c, enum mysql_role role,
                               const struct sql_options *options)
{
    TRY(mysql_conn_do(conn, c,
                      arena_printf(c->arena,
                                   "SET NAMES utf8mb4 COLLATE utf8mb4_bin, time_zone = '+00:00',"
                                   " sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION',"
                                   " innodb_lock_wait_timeout = %u, autocommit = %d",
                                   seconds(options->lock_wait_ms), role == MYSQL_ROLE_READER)));
    TRY(mysql_conn_do(conn, c, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ"));
    TRY(set_if_known(conn, c, "SET SESSION innodb_snapshot_isolation = ON"));
    TRY(set_if_known(conn, c,
                     arena_printf(c->arena, "SET SESSION max_statement_time = %u",
                                  seconds(options->silence_ms))));
    TRY(set_if_known(conn, c, IDLE_TRANSACTION));
    if (role == MYSQL_ROLE_READER)
        TRY(mysql_conn_do(conn, c, "SET SESSION TRANSACTION READ ONLY"));
    return NULL;
}

static struct err *reach(struct mysql_conn *conn, struct ctx *c, const struct mysql_place *place)
{
    if (mysql_real_connect(conn->my, place->host, place->user, place->password, place->database,
                           place->port, NULL, CLIENT_FOUND_ROWS))
        return NULL;
    return err_new(c, ERR_UNAVAILABLE, "open %s: %s (%u)", place->shown, mysql_error(conn->my),
                   mysql_errno(conn->my));
}

struct err *mysql_conn_open(struct ctx *c, const struct mysql_place *place, enum mysql_role role,
                            const struct sql_options *options, struct mysql_watch *watch,
                            struct mysql_conn **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct mysql_conn *conn = calloc(1, sizeof(*conn));
    struct err *e;

    if (!conn || pthread_once(&once, init_once) != 0 || !(conn->my = mysql_init(NULL)))
        abort();
    conn->watch = watch;
    set_options(conn, c, place, options);
    e = reach(conn, c, place);
    if (!e)
        e = set_session(conn, c, role, options);
    if (e) {
        mysql_conn_close(conn);
        return e;
    }
    *out = conn;
    return NULL;
}

void mysql_conn_close(struct mysql_conn *conn)
{
    if (!conn)
        return;
    mysql_close(conn->my); /* first: statements need not say good-bye one by one */
    for (size_t i = 0; i < MYSQL_STATEMENTS_MAX; i++)
        if (conn->prepared[i].stmt)
            (void)mysql_stmt_close(conn->prepared[i].stmt);
    free(conn);
}

/* ---- transactions ---- */

void mysql_conn_begin(struct mysql_conn *conn, const struct ctx *c)
{
    if (conn->answering) {
        mysql_watch_arm(conn->watch, &conn->watched, (int)mysql_get_socket(conn->my),
                        c->deadline_ns);
        conn->lost = mysql_read_query_result(conn->my) != 0;
        mysql_watch_disarm(conn->watch, &conn->watched);
    }
    conn->answering = false;
    conn->undone = conn->lost;
}

/* A statement that is not even sent. */
static struct err *too_late(const struct mysql_conn *conn, struct ctx *c, const char *text)
{
    if (conn->watched.cut)
        return err_new(c, ERR_TIMEOUT, "sql: no time was left before \"%s\"", text);
    return err_reason(c, conn->lost ? ERR_UNAVAILABLE : ERR_ABORTED, SQL_COLLISION,
                      "sql: the transaction has ended before \"%s\"", text);
}

struct err *mysql_conn_run(struct mysql_conn *conn, struct ctx *c, struct sql_rows *rows,
                           int64_t *changed, const struct sql_call *call)
{
    if (conn->undone)
        return too_late(conn, c, call->text);
    if (c->deadline_ns && clock_monotonic_ns() >= c->deadline_ns)
        return err_new(c, ERR_TIMEOUT, "sql: no time left for \"%s\"", call->text);
    mysql_watch_arm(conn->watch, &conn->watched, (int)mysql_get_socket(conn->my), c->deadline_ns);
    bool good = mysql_statement_run(conn, c, rows, changed, call);

    mysql_watch_disarm(conn->watch, &conn->watched);
    return good ? NULL : failed(conn, c, call->text);
}

/* The latest failure of the connection itself; nothing watches it any more. */
static struct err *refused(struct mysql_conn *conn, struct ctx *c, const char *text)
{
    mysql_conn_note(conn, mysql_errno(conn->my), mysql_sqlstate(conn->my), mysql_error(conn->my));
    return failed(conn, c, text);
}

struct err *mysql_conn_do(struct mysql_conn *conn, struct ctx *c, const char *text)
{
    return mysql_real_query(conn->my, text, strlen(text)) ? refused(conn, c, text) : NULL;
}

struct err *mysql_conn_begin_read(struct mysql_conn *conn, struct ctx *c)
{
    static const char text[] = "START TRANSACTION";

    if (conn->lost)
        return too_late(conn, c, text);
    mysql_watch_arm(conn->watch, &conn->watched, (int)mysql_get_socket(conn->my), c->deadline_ns);
    bool good = mysql_real_query(conn->my, text, sizeof(text) - 1) == 0;

    mysql_watch_disarm(conn->watch, &conn->watched);
    return good ? NULL : refused(conn, c, text);
}

/* A server that does not answer is noticed by the next who uses the connection. */
void mysql_conn_end_read(struct mysql_conn *conn)
{
    static const char text[] = "COMMIT";

    if (conn->lost)
        return;
    conn->lost = mysql_send_query(conn->my, text, sizeof(text) - 1) != 0;
    conn->answering = !conn->lost;
}

void mysql_conn_roll_back(struct mysql_conn *conn)
{
    if (!conn->lost && mysql_real_query(conn->my, "ROLLBACK", 8) != 0)
        conn->lost = true;
}
