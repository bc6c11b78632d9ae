/* What a transaction is inside platform/sql: shared by the writer and the readers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SQL_TX_H
#define SQL_TX_H

#include "sqlite_conn.h"

/* One function to call when the transaction has been committed. In the request's arena. */
struct sql_hook {
    struct sql_hook *next;
    void (*fn)(void *arg);
    void *arg;
};

/* Lives as long as the work it was made for. */
struct sql_tx {
    struct sql *db;           /* borrowed */
    struct sqlite_conn *conn; /* borrowed */
    bool writes;
    struct sql_hook *hooks, **hooks_end; /* of the job under way, in order */
};

#endif
