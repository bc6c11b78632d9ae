/* How committed changes reach the near cache. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_WATCH_H
#define NEAR_WATCH_H

#include "near_table.h"

struct changes;

/* The tables of the near cache. Values: near_values.h; of a chat, under viewer and peer, a struct
 * message_state; of a login, under user and login, a struct near_login. */
struct near_tables {
    struct near_table *users, *videos, *viewers, *chats, *logins;
    size_t set_max; /* ids in one set of a viewer */
};

/* Keeps the tables true. At start-up; the tables outlive the last change. */
void near_watch(struct near_tables *tables, struct changes *changes);

#endif
