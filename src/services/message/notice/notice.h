/* Notices: a part of the message service, with an API and tables of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_H
#define NOTICE_H

#include "migrate.h"
#include "notice_api.h"

struct changes;

/*
 * Borrows both, which must outlive it. Destroy with notice_destroy(); NULL is fine. Any thread may
 * call it. Follows favorite_mark, comment_item, relation_edge and video_item.
 */
struct notice_api *notice_create(struct sql *db, struct changes *changes);
void notice_destroy(struct notice_api *self);

extern const struct migration_list notice_migrations;

#endif
