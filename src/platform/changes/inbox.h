/* Takes facts from elsewhere: each is applied once, whatever is delivered how often. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef INBOX_H
#define INBOX_H

#include "changes.h"
#include "changes_api.h"

enum {
    INBOX_FACTS_MAX = 1024,              /* of one call */
    INBOX_SOURCE_MAX = 16,               /* bytes of a source's name */
    INBOX_STALE_MS = 15 * 60 * 1000,     /* facts that were read longer ago are refused */
    INBOX_REMEMBER_MS = 2 * 3600 * 1000, /* a fact is known that long after it was settled */
    INBOX_FORGET_MAX = 8192,             /* that many are forgotten at a time */
};

/*
 * Serves duan.changes.v1.Changes for a service: its followers run in a transaction of db, which
 * remembers what it has (docs/decisions/facts-between-processes.md). Borrows both. Any thread.
 */
struct changes_api *inbox_create(struct sql *db, struct changes *changes);
void inbox_destroy(struct changes_api *self); /* NULL is fine */

struct inbox_stats {
    uint64_t applied, repeated, refused; /* facts */
};
struct inbox_stats inbox_stats(struct changes_api *self);

#endif
