/* Facts become notices: each moves one row of the one whom it concerns. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "notice_groups.h"

#include "changes.h"
#include "comment_api.h"
#include "favorite_api.h"
#include "limits.h"
#include "message_clock.h"
#include "notice_store.h"
#include "relation_api.h"
#include "sequence.h"
#include "video_api.h"

/* Something that somebody did. */
struct event {
    struct changes *changes;
    struct notice_key key;
    int64_t actor, at, comment;
    bool undone;
};

/* ---- actors ---- */

static bool remove_actor(struct i64_list *actors, int64_t actor)
{
    size_t kept = 0;

    for (size_t i = 0; i < actors->count; i++)
        if (actors->at[i] != actor)
            actors->at[kept++] = actors->at[i];
    bool removed = kept < actors->count;

    actors->count = kept;
    return removed;
}

/* To the front; who was there already is not there twice. True: he is new. */
static bool add_actor(struct i64_list *actors, int64_t actor)
{
    bool known = remove_actor(actors, actor);
    size_t last = actors->count < NOTICE_ACTORS ? actors->count++ : NOTICE_ACTORS - 1;

    for (size_t i = last; i > 0; i--)
        actors->at[i] = actors->at[i - 1];
    actors->at[0] = actor;
    return !known;
}

/* ---- groups ---- */

static struct err *begin(struct sql_tx *tx, struct ctx *c, const struct event *e, int64_t at)
{
    struct notice_item item = {
        .user_id = e->key.user,
        .kind = e->key.kind,
        .subject_id = e->key.subject,
        .at = at,
        .since = e->at,
        .count = 1,
        .actors = {arena_array(c->arena, int64_t, NOTICE_ACTORS), 0},
        .comment_id = e->comment,
    };

    if (e->actor)
        (void)add_actor(&item.actors, e->actor);
    TRY(sequence_next(tx, c, STR("notice"), &item.id));
    TRY(notice_store_add(tx, c, &item));
    return notice_store_keep(tx, c, e->key.user, NOTICES_MAX);
}

/* What was read is over: the next of its kind begins anew. */
static void gather(struct notice_item *item, const struct event *e, int64_t at)
{
    if (item->is_read) {
        item->count = 0;
        item->actors.count = 0;
        item->since = e->at;
        item->is_read = false;
    }
    bool is_new = add_actor(&item->actors, e->actor);

    if (is_new || e->key.kind == NOTICE_COMMENT)
        item->count++;
    if (e->comment)
        item->comment_id = e->comment;
    item->at = at;
}

static struct err *happened(struct sql_tx *tx, struct ctx *c, const struct event *e)
{
    struct notice_item item;
    int64_t at;
    bool found;

    TRY(notice_store_lock(tx, c, &e->key, &item, &found));
    TRY(message_clock_move(tx, c, e->changes, e->key.user, &at));
    if (!found)
        return begin(tx, c, e, at);
    gather(&item, e, at);
    return notice_store_set(tx, c, &item);
}

/* What was counted before the last reading is not counted any more. */
static struct err *undone(struct sql_tx *tx, struct ctx *c, const struct event *e)
{
    struct notice_item item;
    int64_t at;
    bool found;

    TRY(notice_store_lock(tx, c, &e->key, &item, &found));
    if (!found || item.is_read || !item.count)
        return NULL;
    if (!remove_actor(&item.actors, e->actor) && item.count <= NOTICE_ACTORS)
        return NULL; /* all who count are known, and he is none of them */
    item.count--;
    TRY(message_clock_move(tx, c, e->changes, e->key.user, &at));
    return item.count && item.actors.count ? notice_store_set(tx, c, &item)
                                           : notice_store_remove(tx, c, &e->key);
}

static struct err *apply(struct sql_tx *tx, struct ctx *c, const struct event *e)
{
    if (!e->key.user || e->key.user == e->actor)
        return NULL;
    return e->undone ? undone(tx, c, e) : happened(tx, c, e);
}

/* ---- facts ---- */

static struct err *on_marks(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct favorite_mark *row = list.at[i].row;
        const struct event e = {.changes = self,
                                .key = {row->author_id, NOTICE_LIKE, row->video_id},
                                .actor = row->user_id,
                                .at = row->created_at,
                                .undone = list.at[i].op == CHANGE_DELETE};

        TRY(apply(tx, c, &e));
    }
    return NULL;
}

static struct err *on_edges(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct relation_edge *row = list.at[i].row;
        const struct event e = {.changes = self,
                                .key = {row->target_id, NOTICE_FOLLOW, 0},
                                .actor = row->user_id,
                                .at = row->created_at,
                                .undone = list.at[i].op == CHANGE_DELETE};

        TRY(apply(tx, c, &e));
    }
    return NULL;
}

static struct err *on_comments(void *self, struct sql_tx *tx, struct ctx *c,
                               struct change_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct comment_item *row = list.at[i].row;
        const struct event e = {.changes = self,
                                .key = {row->author_id, NOTICE_COMMENT, row->video_id},
                                .actor = row->user_id,
                                .at = row->created_at,
                                .comment = row->id,
                                .undone = list.at[i].op == CHANGE_DELETE};

        TRY(apply(tx, c, &e));
    }
    return NULL;
}

/* Once for each video: what happens to one that is ready is no news of its processing. */
static struct err *processed(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                             const struct video_item *video)
{
    struct event e = {.key = {video->author_id, NOTICE_PROCESSING, video->id}};
    struct notice_item item;
    bool found;

    TRY(notice_store_lock(tx, c, &e.key, &item, &found));
    if (found)
        return NULL;
    TRY(message_clock_move(tx, c, changes, video->author_id, &e.at));
    return begin(tx, c, &e, e.at);
}

static struct err *removed(struct changes *changes, struct sql_tx *tx, struct ctx *c,
                           const struct video_item *video)
{
    int64_t at;

    TRY(notice_store_remove_subject(tx, c, video->author_id, video->id));
    return message_clock_move(tx, c, changes, video->author_id, &at);
}

static struct err *on_videos(void *self, struct sql_tx *tx, struct ctx *c, struct change_list list)
{
    for (size_t i = 0; i < list.count; i++) {
        const struct video_item *video = list.at[i].row;
        bool ended = video->state == VIDEO_READY || video->state == VIDEO_FAILED;

        if (list.at[i].op == CHANGE_DELETE)
            TRY(removed(self, tx, c, video));
        else if (list.at[i].op == CHANGE_UPDATE && ended)
            TRY(processed(self, tx, c, video));
    }
    return NULL;
}

void notice_groups_follow(struct changes *changes)
{
    changes_follow(changes, &favorite_mark_type, on_marks, changes);
    changes_follow(changes, &relation_edge_type, on_edges, changes);
    changes_follow(changes, &comment_item_type, on_comments, changes);
    changes_follow(changes, &video_item_type, on_videos, changes);
}
