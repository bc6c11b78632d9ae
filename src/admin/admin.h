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

/* Pages of long lists live in an arena of their own: what failed there, fit to outlive it. */
struct err *admin_keep(struct ctx *c, const struct err *of_page);

#endif
