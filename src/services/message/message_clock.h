/* A clock for each user: whatever is new for him has a time of it, in the order of commits. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MESSAGE_CLOCK_H
#define MESSAGE_CLOCK_H

#include "message_api.h"
#include "sql.h"

struct changes;

/*
 * Moves the user's clock on: to now, or beyond what it shows. Its row is this transaction's until
 * that ends, so who has read the clock has missed nothing that came before
 * (docs/decisions/events.md). Told as a message_clock.
 */
MUST_USE struct err *message_clock_move(struct sql_tx *tx, struct ctx *c, struct changes *changes,
                                        int64_t user, int64_t *at);

/* The same for two, whose clocks show one time then. */
MUST_USE struct err *message_clock_move_both(struct sql_tx *tx, struct ctx *c,
                                             struct changes *changes, int64_t a, int64_t b,
                                             int64_t *at);

/* Of an account that is removed. */
MUST_USE struct err *message_clock_forget(struct sql_tx *tx, struct ctx *c, int64_t user);

/* Of those that have moved: in any order. */
MUST_USE struct err *message_clock_read(struct sql_tx *tx, struct ctx *c, struct i64_list users,
                                        struct message_clock_list *out);

#endif
