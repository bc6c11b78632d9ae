/* Numbered migrations: a database is brought up to what this program expects, or refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIGRATE_H
#define MIGRATE_H

#include "sql.h"

/* One step of one owner's schema. Generated from <owner>/sql/NNNN_name.sql by tools/embed_sql.py.
 */
struct migration {
    const char *owner; /* "favorite": the prefix of its tables */
    int number;        /* from 1, without gaps */
    const char *name;
    const char *text;
};

struct migration_list {
    const struct migration *at;
    size_t count;
};

/*
 * Applies what is missing, in one transaction, and records number and checksum of each.
 * ERR_PRECONDITION: the database has a step that this program does not know (it is newer), or one
 * whose text was changed after it had been applied. Nothing is changed then.
 */
MUST_USE struct err *migrate(struct sql *db, struct ctx *c, const struct migration_list *lists,
                             size_t count);

#endif
