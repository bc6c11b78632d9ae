/* The comment service: what people say about a video. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMENT_H
#define COMMENT_H

#include "comment_api.h"
#include "migrate.h"

struct changes;
struct relation_api;
struct user_api;
struct video_api;

/*
 * Borrows all five, which must outlive it. Destroy with comment_destroy(); NULL is fine.
 * Any thread may call it. Follows video_item; emits comment_item.
 */
struct comment_api *comment_create(struct sql *db, struct changes *changes,
                                   struct video_api *videos, struct user_api *users,
                                   struct relation_api *relations);
void comment_destroy(struct comment_api *self);

extern const struct migration_list comment_migrations;

#endif
