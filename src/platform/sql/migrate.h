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
    const char *text; /* behind a line "-- mysql": what a server is given instead of the rest */
};

struct migration_list {
    const struct migration *at;
    size_t count;
};

/* Those of all owners. */
struct migration_lists {
    const struct migration_list *at;
    size_t count;
};

/*
 * Applies what is missing and records number and checksum of each; several processes may try at
 * once. A file takes all of it in one transaction, or nothing. A server keeps each statement, and
 * how far a step has come is written down: the next who tries goes on from there.
 * ERR_PRECONDITION: the database has a step that this program does not know (it is newer), or one
 * whose text was changed after it had been applied. Nothing is changed then.
 */
MUST_USE struct err *migrate(struct sql *db, struct ctx *c, const struct migration_list *lists,
                             size_t count);

/* One step, and how the database stands to it. */
struct migration_step {
    struct str owner, name;
    int64_t number;
    int64_t applied_at; /* Unix milliseconds; 0: it is missing */
    bool known;         /* false: this program does not bring it along, as it stands there */
};
struct migration_steps {
    struct migration_step *at;
    size_t count;
};

/* Changes nothing: first the steps of this program in their order, then those it does not know. */
MUST_USE struct err *migrate_look(struct sql *db, struct ctx *c, struct migration_lists lists,
                                  struct migration_steps *out);

#endif
