/* The counts of a profile: rows move for each batch of facts, and are told as they are then. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_counts.h"

#include <inttypes.h>

#include "changes.h"
#include "favorite_api.h"
#include "relation_api.h"
#include "tally.h"
#include "user_store.h"
#include "video_api.h"

static int64_t step_of(const struct change *change)
{
    return change->op == CHANGE_INSERT ? 1 : change->op == CHANGE_DELETE ? -1 : 0;
}

/* An account that is gone has nothing to be taken from. What is added for nobody undoes the write
 * that it follows from, where that is of this process, and its caches hear of it; what another
 * process tells has happened, and would be told for ever. */
static struct err *nobody(struct ctx *c, const struct tally_row *count)
{
    return count->by > 0
               ? err_reason(c, ERR_NOT_FOUND, "user_not_found", "no user %" PRId64, count->id)
               : NULL;
}

static struct err *move(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                        const struct tally_row *count)
{
    enum user_column column = (enum user_column)count->column;

    if (!changes_are_heard(changes, &user_count_type))
        return user_store_count(tx, c, column, count->id, count->by, NULL);
    struct user_count *row = arena_new(c->arena, struct user_count);

    TRY(user_store_count(tx, c, column, count->id, count->by, row));
    if (!row->user_id)
        return nobody(c, count);
    return changes_emit(changes, tx, c, &(struct change){&user_count_type, CHANGE_UPDATE, row});
}

static struct err *move_all(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                            struct tally *t)
{
    tally_sum(t);
    for (size_t i = 0; i < t->count; i++)
        TRY(move(changes, tx, c, &t->at[i]));
    return NULL;
}

static struct err *on_marks(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct tally t = tally_begin(c, 2 * list.count);

    for (size_t i = 0; i < list.count; i++) {
        const struct favorite_mark *mark = list.at[i].row;

        tally_add(&t, USER_FAVORITES, mark->user_id, step_of(&list.at[i]));
        tally_add(&t, USER_FAVORITED, mark->author_id, step_of(&list.at[i]));
    }
    return move_all(self, tx, c, &t);
}

static struct err *on_edges(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct tally t = tally_begin(c, 2 * list.count);

    for (size_t i = 0; i < list.count; i++) {
        const struct relation_edge *edge = list.at[i].row;

        tally_add(&t, USER_FOLLOWS, edge->user_id, step_of(&list.at[i]));
        tally_add(&t, USER_FOLLOWERS, edge->target_id, step_of(&list.at[i]));
    }
    return move_all(self, tx, c, &t);
}

/* The likes of a video count for its author while it exists: a new one has none. */
static struct err *on_videos(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct tally t = tally_begin(c, 2 * list.count);

    for (size_t i = 0; i < list.count; i++) {
        const struct video_item *video = list.at[i].row;
        int64_t step = step_of(&list.at[i]);

        tally_add(&t, USER_WORKS, video->author_id, step);
        tally_add(&t, USER_FAVORITED, video->author_id, step * video->favorite_count);
    }
    return move_all(self, tx, c, &t);
}

/* Likes that were counted here and found their video gone. */
static struct err *on_missed(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct tally t = tally_begin(c, list.count);

    for (size_t i = 0; i < list.count; i++) {
        const struct video_missed *missed = list.at[i].row;

        tally_add(&t, USER_FAVORITED, missed->author_id, -missed->favorites);
    }
    return move_all(self, tx, c, &t);
}

void user_counts_follow(struct changes *changes)
{
    changes_follow(changes, &favorite_mark_type, on_marks, changes);
    changes_follow(changes, &relation_edge_type, on_edges, changes);
    changes_follow(changes, &video_item_type, on_videos, changes);
    changes_follow(changes, &video_missed_type, on_missed, changes);
}
