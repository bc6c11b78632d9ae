/* How committed changes reach the near cache. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NEAR_WATCH_H
#define NEAR_WATCH_H

#include "near_table.h"

struct changes;

/* The tables of the near cache. Values: near_values.h. */
struct near_tables {
    struct near_table *users, *videos, *viewers, *chats;
};

/* Keeps the tables true. At start-up; the tables outlive the last change. */
void near_watch(struct near_tables *tables, struct changes *changes);

/* The key of a conversation, whoever asks. */
struct near_key near_chat_key(int64_t a, int64_t b);

#endif
