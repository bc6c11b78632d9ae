/* What was written before there was an index: put into it, a batch at a time, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SEARCH_FILL_H
#define SEARCH_FILL_H

#include "search_index.h"

/* Texts of `ids`, which stay as they are until the transaction ends. */
struct search_texts {
    int64_t *ids;
    struct str *texts;
    size_t count;
};

/* Those with larger ids than `after`, `limit` at most, in the order of ids. */
typedef struct err *search_source(struct sql_tx *tx, struct ctx *c, int64_t after, int64_t limit,
                                  struct search_texts *out);

/*
 * One batch, in a transaction of its own, which also says how far it has come: a crash costs one
 * batch, and several processes may take turns. *more is false when all of a kind is in the index;
 * what is written meanwhile gets there by itself.
 */
MUST_USE struct err *search_fill(struct sql *db, struct ctx *c, enum search_kind kind,
                                 search_source *source, bool *more);

/* Rows of (id, text), as a source has read them. */
struct search_texts search_fill_take(struct ctx *c, struct sql_rows *rows);

#endif
