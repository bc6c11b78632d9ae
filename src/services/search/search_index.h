/* An index of pairs of characters: which texts hold all words of a question. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SEARCH_INDEX_H
#define SEARCH_INDEX_H

#include "migrate.h"
#include "sql.h"

/* Whose texts they are; each kind is one service's, and lies in its database. */
enum search_kind { SEARCH_USERS = 1, SEARCH_VIDEOS = 2 };

/* In the transaction that writes what the text is of. Idempotent. */
MUST_USE struct err *search_index_put(struct sql_tx *tx, struct ctx *c, enum search_kind kind,
                                      int64_t id, struct str text);
MUST_USE struct err *search_index_remove(struct sql_tx *tx, struct ctx *c, enum search_kind kind,
                                         int64_t id);

struct search_query {
    enum search_kind kind;
    struct str text; /* words, in any order */
    int64_t before;  /* only smaller ids; 0: from the largest */
    int64_t limit;
};
struct search_page {
    struct sql_ids ids; /* largest first */
    int64_t next;       /* where to go on; 0: that was all */
};

/*
 * Texts that hold every word of the question, wherever it stands in them. Looks at SEARCH_LOOKS_MAX
 * of those that hold its rarest pair at a time, so a page may hold fewer than `limit` and not be
 * the last. Several statements. ERR_INVALID: there is no word in it, or it is too long.
 */
MUST_USE struct err *search_index_find(struct sql_tx *tx, struct ctx *c,
                                       const struct search_query *query, struct search_page *out);

extern const struct migration_list search_migrations;

#endif
