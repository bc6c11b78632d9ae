/* The relation service: who follows whom. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RELATION_H
#define RELATION_H

#include "migrate.h"
#include "relation_api.h"

struct changes;
struct user_api;

/*
 * Borrows all three, which must outlive it. Destroy with relation_destroy(); NULL is fine.
 * Any thread may call it. Follows report_item; emits relation_edge and relation_wish.
 */
struct relation_api *relation_create(struct sql *db, struct changes *changes,
                                     struct user_api *users);
void relation_destroy(struct relation_api *self);

extern const struct migration_list relation_migrations;

#endif
