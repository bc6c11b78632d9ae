/* A data folder opened for an operator, beside a running server or without one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_SESSION_H
#define ADMIN_SESSION_H

#include "admin.h"
#include "options.h"
#include "storage.h"

/* What a command works on: made before it runs, ended after it. */
struct admin_session {
    struct config *config;
    struct storage storage;
    struct admin admin;
    int status; /* what the program ends with when the command succeeds */
};

typedef struct err *admin_session_run(struct admin_session *s, struct ctx *c,
                                      const struct options *o);

/* How much of the folder a command needs. */
enum admin_session_depth {
    ADMIN_SETTINGS, /* nothing of it: the settings alone */
    ADMIN_FOLDER,   /* there is one, with a database in it */
    ADMIN_DATABASE, /* the database, whatever state it is in */
    ADMIN_SERVICES, /* all of it, with every table as this program expects it */
};

/* The database of a folder is whole, and has no step that this program does not know. */
MUST_USE struct err *admin_session_check(struct ctx *c, struct str folder);

/* What ADMIN_SERVICES opens, for a command that wants to hear why it cannot be. */
MUST_USE struct err *admin_session_open(void *session, struct ctx *c);

/* Opens, runs, closes; says on stderr what failed and what to do. The exit status. */
int admin_session_do(struct ctx *c, const struct options *o, enum admin_session_depth depth,
                     admin_session_run *run);

#endif
