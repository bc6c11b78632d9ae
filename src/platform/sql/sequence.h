/* Ids: sequential, opaque, below 2^53. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include "migrate.h"

/*
 * The next id of a kind ("video", "comment"), part of the transaction that uses it. Starts at 1 and
 * never repeats. Order is by (time, id), never by id alone (docs/decisions/ids.md).
 */
MUST_USE struct err *sequence_next(struct sql_tx *tx, struct ctx *c, struct str kind, int64_t *out);

/* The table behind it. */
extern const struct migration_list sequence_migrations;

#endif
