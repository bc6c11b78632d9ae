/* Steps of a schema on a server that keeps each statement: applied piece by piece. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MIGRATE_PIECES_H
#define MIGRATE_PIECES_H

#include "migrate.h"

/* The table that says how far a step has come. Inside sql_write_alone(), as is the rest. */
MUST_USE struct err *migrate_pieces_prepare(struct sql_tx *tx, struct ctx *c);

/* Applies what is left of a step, all of whose statements are in `text`. */
MUST_USE struct err *migrate_pieces(struct sql_tx *tx, struct ctx *c, const struct migration *m,
                                    const char *text);

#endif
