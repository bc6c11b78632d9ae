/* The message service: private messages between two people. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MESSAGE_H
#define MESSAGE_H

#include "message_api.h"
#include "migrate.h"

struct changes;
struct relation_api;
struct user_api;

/*
 * Borrows all four, which must outlive it. Destroy with message_destroy(); NULL is fine.
 * Any thread may call it. Emits message_item and message_state.
 */
struct message_api *message_create(struct sql *db, struct changes *changes, struct user_api *users,
                                   struct relation_api *relations);
void message_destroy(struct message_api *self);

extern const struct migration_list message_migrations;

#endif
