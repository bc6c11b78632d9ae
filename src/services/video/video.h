/* The video service: what was published, its files, and its counts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef VIDEO_H
#define VIDEO_H

#include "migrate.h"
#include "video_api.h"

struct bus;
struct changes;

/* The topic on which each published video waits for its transcoder; the key is the video's id. */
#define VIDEO_TOPIC "transcode"

/*
 * Borrows all three, which must outlive it. Destroy with video_destroy(); NULL is fine. Any thread
 * may call it. Follows favorite_mark and comment_item; emits video_item and video_count.
 */
struct video_api *video_create(struct sql *db, struct changes *changes, struct bus *bus);
void video_destroy(struct video_api *self);

extern const struct migration_list video_migrations;

#endif
