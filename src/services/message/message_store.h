/* The tables of messages and conversations. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MESSAGE_STORE_H
#define MESSAGE_STORE_H

#include "message_api.h"
#include "sql.h"

/* The message, and the latest of it for both sides. item->created_at is newer than all before, and
 * nobody sends another meanwhile (message_clock.h). */
MUST_USE struct err *message_store_add(struct sql_tx *tx, struct ctx *c,
                                       const struct message_item *item);

/* A page of one's conversations, the one first in which something was said last. */
MUST_USE struct err *message_store_conversations(struct sql_tx *tx, struct ctx *c,
                                                 const struct message_list_conversations_req *req,
                                                 struct message_conversation_list *out);

/* The latest message with each of the others, as far as there is one, in their order. */
MUST_USE struct err *message_store_latest(struct sql_tx *tx, struct ctx *c, int64_t user,
                                          struct i64_list peers, struct message_item_list *out);

/* All 0 when the two never wrote. */
MUST_USE struct err *message_store_state(struct sql_tx *tx, struct ctx *c, int64_t viewer,
                                         int64_t peer, struct message_state *out);
MUST_USE struct err *message_store_deliver(struct sql_tx *tx, struct ctx *c,
                                           const struct message_state *state, bool *moved);

/* Messages of both sides, newest first. */
MUST_USE struct err *message_store_before(struct sql_tx *tx, struct ctx *c,
                                          const struct message_list_before_req *req,
                                          struct message_item_list *out);

/* What the peer sent after req->since, oldest first. */
MUST_USE struct err *message_store_since(struct sql_tx *tx, struct ctx *c,
                                         const struct message_list_req *req,
                                         struct message_item_list *out);

/* With whom a user has conversations: those after one of them, `limit` at most. */
MUST_USE struct err *message_store_peers(struct sql_tx *tx, struct ctx *c, int64_t user,
                                         int64_t after, int64_t limit, struct i64_list *out);

/* The oldest messages of a conversation, `limit` at most, and the conversation with the last. */
MUST_USE struct err *message_store_remove_some(struct sql_tx *tx, struct ctx *c, int64_t a,
                                               int64_t b, int64_t limit, bool *more);

/* What one sent and was sent in req's time, oldest first. */
MUST_USE struct err *message_store_news(struct sql_tx *tx, struct ctx *c,
                                        const struct message_list_news_req *req,
                                        struct message_item_list *out);

/* With whom there are messages that were never delivered; `most` at most. */
MUST_USE struct err *message_store_unread(struct sql_tx *tx, struct ctx *c, int64_t user,
                                          int64_t most, struct i64_list *out);

#endif
