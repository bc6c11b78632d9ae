/* One connection to a MySQL server, with its prepared statements. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_CONN_H
#define MYSQL_CONN_H

#include <mysql.h>

#include "mysql_place.h"
#include "mysql_watch.h"
#include "sql_tx.h"

enum { MYSQL_STATEMENTS_MAX = 384 }; /* texts are literals, so the code bounds their number */

/* A reader's session can only read. Neither says BEGIN: the first statement begins a transaction,
 * so a read of one statement costs one round trip. */
enum mysql_role { MYSQL_ROLE_WRITER, MYSQL_ROLE_READER };

struct mysql_prepared {
    const char *text; /* compared by address: a literal */
    enum sql_mode mode;
    MYSQL_STMT *stmt;
};

/* What the server or the client library said. */
struct mysql_failure {
    unsigned number;
    char state[6];
    char words[256];
};

/* Used by one thread at a time. */
struct mysql_conn {
    MYSQL *my;
    struct mysql_watch *watch; /* borrowed: cuts the connection at the deadline */
    struct mysql_watched watched;
    bool lost;      /* nothing can be asked of it any more */
    bool undone;    /* the server has ended the transaction, or must: nothing more may be asked */
    bool answering; /* the end of a read was sent, and its answer not yet taken */
    uint64_t age;   /* of the pool, when it was opened */
    struct mysql_failure failure; /* the latest */
    struct mysql_prepared prepared[MYSQL_STATEMENTS_MAX];
};

MUST_USE struct err *mysql_conn_open(struct ctx *c, const struct mysql_place *place,
                                     enum mysql_role role, const struct sql_options *options,
                                     struct mysql_watch *watch, struct mysql_conn **out);
void mysql_conn_close(struct mysql_conn *conn); /* NULL is fine */

/* Before the first statement of a transaction: what was left of the one before is put away, if its
 * answer comes before c->deadline_ns. */
void mysql_conn_begin(struct mysql_conn *conn, const struct ctx *c);

/* One statement, arguments bound, rows copied into c->arena. Honours c->deadline_ns. */
MUST_USE struct err *mysql_conn_run(struct mysql_conn *conn, struct ctx *c, struct sql_rows *rows,
                                    int64_t *changed, const struct sql_call *call);

/* One statement as it stands: COMMIT and the like, and changes of the schema. No deadline. */
MUST_USE struct err *mysql_conn_do(struct mysql_conn *conn, struct ctx *c, const char *text);

/* Of a reader's connection: what is asked until mysql_conn_end_read() is asked of one snapshot. */
MUST_USE struct err *mysql_conn_begin_read(struct mysql_conn *conn, struct ctx *c);

/* Ends a transaction that has written nothing; does not wait for the answer. */
void mysql_conn_end_read(struct mysql_conn *conn);
void mysql_conn_roll_back(struct mysql_conn *conn);

/* Remembers a failure of the connection or of one of its statements. */
void mysql_conn_note(struct mysql_conn *conn, unsigned number, const char *state,
                     const char *words);

#endif
