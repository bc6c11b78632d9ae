/* A backup: the database of one moment, every file it names, the key, the settings. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BACKUP_H
#define BACKUP_H

#include "admin.h"

struct backup_order {
    struct str file;     /* "-": stdout */
    const char *program; /* the version of this program */
};

/*
 * Made beside a running server or without one; the format is told in docs/admin.md. Uses a->data
 * alone. *missing: files that the database names and that are not there, each told on stderr.
 */
MUST_USE struct err *backup_make(const struct admin *a, struct ctx *c,
                                 const struct backup_order *order, int64_t *missing);

#endif
