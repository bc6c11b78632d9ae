/* Where a MySQL database is and how one gets in: mysql://USER:PASSWORD@HOST:PORT/DATABASE?... */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MYSQL_PLACE_H
#define MYSQL_PLACE_H

#include "err.h"

enum {
    MYSQL_USUAL_PORT = 3306,
    MYSQL_DATABASE_MAX = 48 /* a lock is called after it: 64 at most */
};

/* NUL-terminated. One allocation, of whoever parsed it. The password goes nowhere but to the
 * server: `shown` is the place without it, for messages. */
struct mysql_place {
    const char *user, *password, *host, *database;
    unsigned port;
    const char *tls_ca, *tls_cert, *tls_key; /* files; NULL: not given. With a CA TLS is required */
    const char *shown;
};

bool mysql_place_is(struct str text);

/* ERR_INVALID says what is wrong with it, without a word of the password. User and password may be
 * %-encoded. Free it with mysql_place_free(). */
MUST_USE struct err *mysql_place_parse(struct ctx *c, struct str text, struct mysql_place **out);
void mysql_place_free(struct mysql_place *place); /* NULL is fine; the memory is wiped */

#endif
