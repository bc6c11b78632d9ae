/* The favorite service: who likes which video. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAVORITE_H
#define FAVORITE_H

#include "favorite_api.h"
#include "migrate.h"

struct changes;
struct user_api;
struct video_api;

/*
 * Borrows all four, which must outlive it. Destroy with favorite_destroy(); NULL is fine.
 * Any thread may call it. Emits favorite_mark.
 */
struct favorite_api *favorite_create(struct sql *db, struct changes *changes,
                                     struct video_api *videos, struct user_api *users);
void favorite_destroy(struct favorite_api *self);

extern const struct migration_list favorite_migrations;

#endif
