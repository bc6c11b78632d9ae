/* A data folder or a cluster opened for an operator, who may be beside running servers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_SESSION_H
#define ADMIN_SESSION_H

#include "admin.h"
#include "admin_cluster.h"
#include "options.h"
#include "storage.h"

/* How much of a folder a command needs. */
enum admin_session_depth {
    ADMIN_SETTINGS, /* nothing of it: the settings alone */
    ADMIN_FOLDER,   /* there is one, with a database in it */
    ADMIN_DATABASE, /* the database, whatever state it is in */
    ADMIN_SERVICES, /* all of it, with every table as this program expects it */
};

/* What a command needs, of one or the other. */
struct admin_session_needs {
    enum admin_session_depth depth;
    unsigned parts;      /* of enum admin_cluster_part */
    const char *instead; /* what does the like in a cluster, for people; NULL: the command itself */
    bool opens_late;     /* a cluster is opened by admin_session_open() */
};

/* What a command works on: made before it runs, ended after it. */
struct admin_session {
    struct config *config;
    struct storage storage;        /* of a data folder */
    struct admin_cluster *cluster; /* the settings are those of a cluster; NULL: not opened */
    struct admin admin;
    const struct admin_session_needs *needs;
    int status; /* what the program ends with when the command succeeds */
};

typedef struct err *admin_session_run(struct admin_session *s, struct ctx *c,
                                      const struct options *o);

/* The database of a folder is whole, and has no step that this program does not know. */
MUST_USE struct err *admin_session_check(struct ctx *c, struct str folder);

/* What ADMIN_SERVICES opens, or all parts; for a command that wants to hear why it cannot be. */
MUST_USE struct err *admin_session_open(void *session, struct ctx *c);

/* Opens, runs, closes; says on stderr what failed and what to do. The exit status. */
int admin_session_do(struct ctx *c, const struct options *o,
                     const struct admin_session_needs *needs, admin_session_run *run);

#endif
