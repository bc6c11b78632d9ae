/* A cluster opened for an operator: its databases, its services, its objects, as far as needed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ADMIN_CLUSTER_H
#define ADMIN_CLUSTER_H

#include "admin.h"
#include "databases.h"

struct config;

/* What a command works on; each is opened when it is asked for. */
enum admin_cluster_part {
    ADMIN_USER_ROWS = 1 << 0,  /* the database of user */
    ADMIN_VIDEO_ROWS = 1 << 1, /* that of video, and its jobs */
    ADMIN_ALL_ROWS = 1 << 2,
    ADMIN_CALLS_USER = 1 << 3, /* the service, where it runs */
    ADMIN_CALLS_VIDEO = 1 << 4,
    ADMIN_READS_VIDEO = 1 << 5, /* with its rows, the service in this process: to be asked only */
    ADMIN_OBJECTS = 1 << 6,
    ADMIN_CALLS_COMMENT = 1 << 8,
    ADMIN_ANY_STEP = 1 << 7, /* databases may be older or newer than this program */
};

/* Made and ended by the command; one thread uses it. */
struct admin_cluster;

/*
 * Sets what it opened in `admin`. ERR_UNAVAILABLE: etcd, a database or the bucket does not answer,
 * or no instance of a service is known; ERR_PRECONDITION: a database is older or newer than this
 * program.
 */
MUST_USE struct err *admin_cluster_open(struct ctx *c, const struct config *f, unsigned parts,
                                        struct admin *admin, struct admin_cluster **out);
void admin_cluster_close(struct admin_cluster *k); /* NULL is fine */

/* Those of the parts that it was opened with. */
struct databases *admin_cluster_databases(struct admin_cluster *k);

#endif
