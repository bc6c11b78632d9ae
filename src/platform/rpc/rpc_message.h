/* Messages of a call in their order: those on their way out, and those that wait to be taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_MESSAGE_H
#define RPC_MESSAGE_H

#include "grpc_reader.h"

/* Either a part of its call, or memory of its own that goes with rpc_message_destroy(). */
struct rpc_message {
    struct rpc_message *next;
    struct str bytes;
    size_t sent; /* of the prefix and the bytes */
    bool own;
    char prefix[GRPC_PREFIX];
};

struct rpc_message *rpc_message_create(struct str bytes); /* with a copy of them */
void rpc_message_destroy(struct rpc_message *m);          /* NULL is fine */

/* Borrows the bytes. */
void rpc_message_init(struct rpc_message *m, struct str bytes);

/* With its prefix. */
size_t rpc_message_size(const struct rpc_message *m);

/* A queue; whoever holds the lock of the call's connection may use it. */
struct rpc_messages {
    struct rpc_message *head, **tail;
    size_t bytes; /* of all, as they were put */
};

void rpc_messages_init(struct rpc_messages *q);
void rpc_messages_fini(struct rpc_messages *q);
void rpc_messages_put(struct rpc_messages *q, struct rpc_message *m);
struct rpc_message *rpc_messages_take(struct rpc_messages *q); /* NULL: empty */

/* The next bytes to send; messages that are sent go. */
size_t rpc_messages_read(struct rpc_messages *q, uint8_t *out, size_t room);

#endif
