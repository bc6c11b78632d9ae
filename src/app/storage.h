/* What lasts, and the services on it: what every command that works on a data folder opens. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORAGE_H
#define STORAGE_H

#include "migrate.h"
#include "near.h"

struct blob;
struct bus;
struct changes;
struct video_quota;

/* Owned by whoever opened it. Zeroed is closed. Its parts guard themselves. */
struct storage {
    struct sql *db;
    struct blob *blob;
    struct bus *bus;
    struct changes *changes;
    struct services services;
};

/* Opens the database of a data folder, and nothing else. */
MUST_USE struct err *storage_open_database(struct storage *s, struct ctx *c, struct str data,
                                           const struct sql_options *options);

/* Brings its tables up to this program; or tells how they stand. */
MUST_USE struct err *storage_migrate(struct storage *s, struct ctx *c);
MUST_USE struct err *storage_steps(struct storage *s, struct ctx *c, struct migration_steps *out);

/* Opens the rest on tables that are what this program expects: jobs, services; with s->blob as it
 * is. The quota is for those who publish. */
MUST_USE struct err *storage_open_rest(struct storage *s, struct ctx *c,
                                       const struct video_quota *quota);

/* Ends jobs and writes, so that nothing calls anybody any more; then the rest may go. Both take
 * what a failure left half open, and storage_close() stops first what still goes on. */
void storage_stop(struct storage *s);
void storage_close(struct storage *s);

#endif
