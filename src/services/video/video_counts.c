/* The counts of a video: one row moves for each fact, and is told as it is then. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_counts.h"

#include "changes.h"
#include "comment_api.h"
#include "favorite_api.h"
#include "video_store.h"

static struct err *move(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                        enum video_column column, int64_t video, int64_t by)
{
    struct video_count *row = arena_new(c->arena, struct video_count);

    TRY(video_store_count(tx, c, column, video, by, row));
    return changes_emit(changes, tx, c, &(struct change){&video_count_type, CHANGE_UPDATE, row});
}

static struct err *on_mark(void *self, struct sql_tx *tx, struct ctx *c,
                           const struct change *change)
{
    const struct favorite_mark *mark = change->row;

    return move(self, tx, c, VIDEO_FAVORITES, mark->video_id, change->op == CHANGE_INSERT ? 1 : -1);
}

static struct err *on_comment(void *self, struct sql_tx *tx, struct ctx *c,
                              const struct change *change)
{
    const struct comment_item *comment = change->row;

    return move(self, tx, c, VIDEO_COMMENTS, comment->video_id,
                change->op == CHANGE_INSERT ? 1 : -1);
}

void video_counts_follow(struct changes *changes)
{
    changes_follow(changes, &favorite_mark_type, on_mark, changes);
    changes_follow(changes, &comment_item_type, on_comment, changes);
}
