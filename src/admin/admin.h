/* What an operator does: to a data folder, with or without a server; to a cluster that runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_H
#define ADMIN_H

#include <stdio.h>

#include "err.h"

struct blob;
struct bus;
struct comment_api;
struct report_api;
struct sql;
struct user_api;
struct video_api;

/* Whose tables a database holds: in a cluster each service has one of its own. */
enum admin_db {
    ADMIN_DB_USER,
    ADMIN_DB_VIDEO,
    ADMIN_DB_FAVORITE,
    ADMIN_DB_COMMENT,
    ADMIN_DB_RELATION,
    ADMIN_DB_MESSAGE,
    ADMIN_DBS,
};
extern const char *const admin_db_names[ADMIN_DBS]; /* "user", ... */

/*
 * What the commands work on; all of it is borrowed from the one who opened it. One thread uses it.
 * Answers go to `out`, progress and remarks to stderr; what went wrong is returned.
 */
struct admin {
    bool is_cluster;           /* there is no data folder; services are called where they run */
    struct str data;           /* the folder */
    struct sql *db[ADMIN_DBS]; /* of a folder all the same one; NULL: the command needs it not */
    struct blob *blob;
    struct bus *bus;
    struct user_api *users;
    struct video_api *videos;
    struct comment_api *comments;
    struct report_api *reports;
    FILE *out;
};

/* Long work in pieces, each with memory of its own: calls next(arg) until *more is false, one piece
 * fails, or somebody interrupts. *more is true beforehand. */
typedef struct err *admin_piece(void *arg, struct ctx *c, bool *more);
MUST_USE struct err *admin_pieces(struct ctx *c, admin_piece *next, void *arg);

#endif
