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

/* The topic on which assets wait whose files nobody wants any more; the key is video_sweep_key().
 */
#define VIDEO_SWEEP_TOPIC "sweep"
int64_t video_sweep_key(struct str asset);

/* The topics on which accounts wait of which everything is to be removed, or copied; the key is the
 * user's id. Published for the user service, which has no queue of its own. */
#define VIDEO_ERASE_TOPIC "account.erase"
#define VIDEO_EXPORT_TOPIC "account.export"

/* What one author may have; 0 is no limit. */
struct video_quota {
    int64_t bytes; /* of uploads */
    int64_t videos;
    int64_t pending; /* videos whose transcoding is not over */
};

/*
 * Copies the quota; borrows the others, which must outlive it. Destroy with video_destroy(); NULL
 * is fine. Any thread may call it. Follows favorite_mark, comment_item and user_task; emits
 * video_item and video_count.
 */
struct video_api *video_create(struct sql *db, struct changes *changes, struct bus *bus,
                               const struct video_quota *quota);
void video_destroy(struct video_api *self);

/* One batch of titles that are not searched yet; *more: it was not the last (search_fill.h). */
MUST_USE struct err *video_fill_search(struct sql *db, struct ctx *c, bool *more);

extern const struct migration_list video_migrations;

#endif
