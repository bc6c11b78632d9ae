/* The user service: accounts, profiles, and the counts that stand on a profile. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_H
#define USER_H

#include "migrate.h"
#include "user_api.h"

struct changes;

/*
 * Borrows both, which must outlive it. Destroy with user_destroy(); NULL is fine. Any thread may
 * call it. Follows favorite_mark, relation_edge and video_item; emits user_count, user_account and
 * user_login.
 */
struct user_api *user_create(struct sql *db, struct changes *changes);
void user_destroy(struct user_api *self);

/* One batch of names that are not searched yet; *more: it was not the last (search_fill.h). */
MUST_USE struct err *user_fill_search(struct sql *db, struct ctx *c, bool *more);

extern const struct migration_list user_migrations;

#endif
