/* The counts of a video: rows move for each batch of facts, and are told as they are then. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "video_counts.h"

#include "changes.h"
#include "comment_api.h"
#include "favorite_api.h"
#include "tally.h"
#include "video_store.h"

static int64_t step_of(const struct change *change)
{
    return change->op == CHANGE_INSERT ? 1 : -1;
}

/* False: the video is gone. Facts between processes may come after that. */
static struct err *move(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                        const struct tally_row *count, bool *there)
{
    bool heard = changes_are_heard(changes, &video_count_type);
    struct video_count *row = heard ? arena_new(c->arena, struct video_count) : NULL;
    struct err *e =
        video_store_count(tx, c, (enum video_column)count->column, count->id, count->by, row);

    *there = !e;
    if (e)
        return e->code == ERR_NOT_FOUND ? NULL : e;
    if (!heard)
        return NULL;
    return changes_emit(changes, tx, c, &(struct change){&video_count_type, CHANGE_UPDATE, row});
}

/* Whoever counted what was missed takes it back. */
static struct err *tell_missed(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                               struct video_missed missed)
{
    struct video_missed *row = arena_new(c->arena, struct video_missed);

    *row = missed;
    return changes_emit(changes, tx, c, &(struct change){&video_missed_type, CHANGE_INSERT, row});
}

static int64_t author_of(struct change_list list, int64_t video)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct favorite_mark *mark = list.at[i].row;

        if (mark->video_id == video)
            return mark->author_id;
    }
    return 0;
}

static struct err *on_marks(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    struct tally t = tally_begin(c, list.count);
    bool there;

    for (size_t i = 0; i < list.count; i++) {
        const struct favorite_mark *mark = list.at[i].row;

        tally_add(&t, VIDEO_FAVORITES, mark->video_id, step_of(&list.at[i]));
    }
    tally_sum(&t);
    for (size_t i = 0; i < t.count; i++) {
        TRY(move(self, tx, c, &t.at[i], &there));
        if (!there)
            TRY(tell_missed(self, tx, c,
                            (struct video_missed){.video_id = t.at[i].id,
                                                  .author_id = author_of(list, t.at[i].id),
                                                  .favorites = t.at[i].by}));
    }
    return NULL;
}

static int64_t written(struct change_list list, int64_t video)
{
    int64_t count = 0;

    for (size_t i = 0; i < list.count; i++)
        count += list.at[i].op == CHANGE_INSERT &&
                 ((const struct comment_item *)list.at[i].row)->video_id == video;
    return count;
}

static struct err *on_comments(void *self, struct sql_tx *tx, struct ctx *c,
                               struct change_list list)
{
    struct tally t = tally_begin(c, list.count);
    bool there;

    for (size_t i = 0; i < list.count; i++) {
        const struct comment_item *comment = list.at[i].row;

        tally_add(&t, VIDEO_COMMENTS, comment->video_id, step_of(&list.at[i]));
    }
    tally_sum(&t);
    for (size_t i = 0; i < t.count; i++) {
        TRY(move(self, tx, c, &t.at[i], &there));
        if (!there)
            TRY(tell_missed(self, tx, c,
                            (struct video_missed){.video_id = t.at[i].id,
                                                  .comments = written(list, t.at[i].id)}));
    }
    return NULL;
}

void video_counts_follow(struct changes *changes)
{
    changes_follow(changes, &favorite_mark_type, on_marks, changes);
    changes_follow(changes, &comment_item_type, on_comments, changes);
}
