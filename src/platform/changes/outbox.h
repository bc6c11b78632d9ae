/* The table of facts that are still to be applied elsewhere. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTBOX_H
#define OUTBOX_H

#include "migrate.h"

/* What was written, encoded, on its way to one destination. */
struct fact {
    int64_t id;         /* unique in the database of its source */
    int64_t created_at; /* Unix milliseconds; with the id, its place in the table */
    struct str type;    /* of the row: "FavoriteMark" */
    int32_t op;         /* enum change_op */
    struct str row;
};

struct fact_list {
    struct fact *at;
    size_t count;
};

enum {
    OUTBOX_ROW_MAX = 32 << 10, /* bytes of an encoded row */
    OUTBOX_COUNT_MAX = 10000,  /* rows that outbox_look() counts */
};

/* Part of the transaction that changed the row. Draws *id when it is 0: one for all destinations.
 */
MUST_USE struct err *outbox_add(struct sql_tx *tx, struct ctx *c, struct str destination,
                                struct fact *fact);

/* The first facts after a place in the order of (created_at, id), written before a time. */
struct outbox_page {
    int64_t after_time, after_id; /* zeroed: from the oldest */
    int64_t before;
    int64_t limit;
};
MUST_USE struct err *outbox_read(struct sql_tx *tx, struct ctx *c, struct str destination,
                                 const struct outbox_page *page, struct fact_list *out);

MUST_USE struct err *outbox_remove(struct sql_tx *tx, struct ctx *c, struct str destination,
                                   const struct fact *fact);

/* When the first that waits was written; 0: nothing waits. */
MUST_USE struct err *outbox_oldest(struct sql_tx *tx, struct ctx *c, struct str destination,
                                   int64_t *out);

/* What waits, for whoever looks after it. */
struct outbox_state {
    int64_t count;  /* up to OUTBOX_COUNT_MAX */
    int64_t oldest; /* created_at; 0: nothing waits */
};
MUST_USE struct err *outbox_look(struct sql_tx *tx, struct ctx *c, struct str destination,
                                 struct outbox_state *out);

#endif
