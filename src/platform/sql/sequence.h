/* Ids and times from one table: sequential, opaque, below 2^53. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "id_segments.h"
#include "migrate.h"

/*
 * The next id of a kind ("video", "comment"), a literal. Starts at 1 and never repeats; in a file
 * it is part of the transaction that uses it, on a server it comes from a segment that this process
 * took before. Order is by (time, id), never by id alone (docs/decisions/ids.md).
 */
MUST_USE struct err *sequence_next(struct sql_tx *tx, struct ctx *c, struct str kind, int64_t *out);

/* A Unix time in milliseconds that is later than all of its kind before it, and now if it can be.
 */
MUST_USE struct err *sequence_time(struct sql_tx *tx, struct ctx *c, struct str kind, int64_t *out);

/* What fills segments: self is the struct sql. For platform/sql. */
MUST_USE struct err *sequence_fetch(void *self, struct ctx *c, struct str kind, int64_t count,
                                    struct id_segment *out);

/* The table behind it. */
extern const struct migration_list sequence_migrations;

#endif
