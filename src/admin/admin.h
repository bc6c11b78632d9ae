/* What an operator does to a data folder, beside a running server or without one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_H
#define ADMIN_H

#include <stdio.h>

#include "err.h"

struct blob;
struct bus;
struct sql;
struct user_api;
struct video_api;

/*
 * What the commands work on; all of it is borrowed from the one who opened it. One thread uses it.
 * Answers go to `out`, progress and remarks to stderr; what went wrong is returned.
 */
struct admin {
    struct str data; /* the folder */
    struct sql *db;
    struct blob *blob;
    struct bus *bus;
    struct user_api *users;
    struct video_api *videos;
    FILE *out;
};

/* Long work in pieces, each with memory of its own: calls next(arg) until *more is false, one piece
 * fails, or somebody interrupts. *more is true beforehand. */
typedef struct err *admin_piece(void *arg, struct ctx *c, bool *more);
MUST_USE struct err *admin_pieces(struct ctx *c, admin_piece *next, void *arg);

#endif
