/* The counts of a profile: one row moves for each fact, and is told as it is then. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_counts.h"

#include "changes.h"
#include "favorite_api.h"
#include "relation_api.h"
#include "user_store.h"
#include "video_api.h"

static int64_t step_of(const struct change *change)
{
    return change->op == CHANGE_INSERT ? 1 : change->op == CHANGE_DELETE ? -1 : 0;
}

static struct err *move(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                        enum user_column column, int64_t user, int64_t by)
{
    struct user_count *row = arena_new(c->arena, struct user_count);

    if (by == 0)
        return NULL;
    TRY(user_store_count(tx, c, column, user, by, row));
    return changes_emit(changes, tx, c, &(struct change){&user_count_type, CHANGE_UPDATE, row});
}

static struct err *on_mark(void *self, struct sql_tx *tx, struct ctx *c,
                           const struct change *change)
{
    const struct favorite_mark *mark = change->row;

    TRY(move(self, tx, c, USER_FAVORITES, mark->user_id, step_of(change)));
    return move(self, tx, c, USER_FAVORITED, mark->author_id, step_of(change));
}

static struct err *on_edge(void *self, struct sql_tx *tx, struct ctx *c,
                           const struct change *change)
{
    const struct relation_edge *edge = change->row;

    TRY(move(self, tx, c, USER_FOLLOWS, edge->user_id, step_of(change)));
    return move(self, tx, c, USER_FOLLOWERS, edge->target_id, step_of(change));
}

/* The likes of a video count for its author while it exists: a new one has none. */
static struct err *on_video(void *self, struct sql_tx *tx, struct ctx *c,
                            const struct change *change)
{
    const struct video_item *video = change->row;

    TRY(move(self, tx, c, USER_WORKS, video->author_id, step_of(change)));
    return move(self, tx, c, USER_FAVORITED, video->author_id,
                step_of(change) * video->favorite_count);
}

void user_counts_follow(struct changes *changes)
{
    changes_follow(changes, &favorite_mark_type, on_mark, changes);
    changes_follow(changes, &relation_edge_type, on_edge, changes);
    changes_follow(changes, &video_item_type, on_video, changes);
}
