/* Changes, applied: absolute values, in the order of commits, before anybody is answered. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_watch.h"

#include "changes.h"
#include "near_values.h"

static size_t set_user_counts(void *arg, void *value, size_t size)
{
    const struct user_count *row = arg;
    struct user_view *view = &((struct near_user *)value)->view;

    view->follows = row->follow_count;
    view->followers = row->follower_count;
    view->favorited = row->total_favorited;
    view->works = row->work_count;
    view->favorites = row->favorite_count;
    return size;
}

static void on_user_count(void *self, const struct change *change)
{
    struct near_tables *t = self;
    struct user_count row = *(const struct user_count *)change->row;

    near_table_change(t->users, (struct near_key){row.user_id, 0}, set_user_counts, &row);
}

/* Rare: a password, a ban. The next look fetches it again. */
static void on_user_account(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct user_account *row = change->row;

    near_table_change(t->users, (struct near_key){row->id, 0}, NULL, NULL);
}

/* Rare: it ended, or was seen after an hour, or outlived a password. */
static void on_login(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct user_login *row = change->row;

    near_table_change(t->logins, (struct near_key){row->user_id, row->id}, NULL, NULL);
}

static size_t set_video_counts(void *arg, void *value, size_t size)
{
    const struct video_count *row = arg;
    struct video_view *view = &((struct near_video *)value)->view;

    view->favorites = row->favorite_count;
    view->comments = row->comment_count;
    return size;
}

static void on_video_count(void *self, const struct change *change)
{
    struct near_tables *t = self;
    struct video_count row = *(const struct video_count *)change->row;

    near_table_change(t->videos, (struct near_key){row.video_id, 0}, set_video_counts, &row);
}

static void on_video_item(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct video_item *row = change->row;

    near_table_change(t->videos, (struct near_key){row->id, 0}, NULL, NULL);
}

struct set_change {
    int64_t id;
    bool added;
    size_t set_max;
};

static void apply(struct near_ids *set, const struct set_change *change)
{
    if (!set->known || set->too_many)
        return;
    if (!change->added) {
        id_set_remove(&set->ids, change->id);
        return;
    }
    id_set_add(&set->ids, change->id);
    if (set->ids.count > change->set_max) {
        id_set_fini(&set->ids);
        set->too_many = true;
    }
}

static size_t set_liked(void *arg, void *value, size_t size)
{
    struct near_viewer *viewer = value;

    (void)size;
    apply(&viewer->liked, arg);
    return near_viewer_size(viewer);
}

static size_t set_followed(void *arg, void *value, size_t size)
{
    struct near_viewer *viewer = value;

    (void)size;
    apply(&viewer->followed, arg);
    return near_viewer_size(viewer);
}

static void on_mark(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct favorite_mark *row = change->row;
    struct set_change one = {row->video_id, change->op == CHANGE_INSERT, t->set_max};

    near_table_change(t->viewers, (struct near_key){row->user_id, 0}, set_liked, &one);
}

static void on_edge(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct relation_edge *row = change->row;
    struct set_change one = {row->target_id, change->op == CHANGE_INSERT, t->set_max};

    near_table_change(t->viewers, (struct near_key){row->user_id, 0}, set_followed, &one);
}

static size_t set_hidden(void *arg, void *value, size_t size)
{
    const struct change *change = arg;
    const struct relation_wish *row = change->row;
    struct near_viewer *viewer = value;

    (void)size;
    if (change->op == CHANGE_INSERT)
        id_set_add(&viewer->hidden[row->kind], row->target_id);
    else
        id_set_remove(&viewer->hidden[row->kind], row->target_id);
    return near_viewer_size(viewer);
}

static void on_wish(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct relation_wish *row = change->row;
    struct change copy = *change;

    near_table_change(t->viewers, (struct near_key){row->user_id, 0}, set_hidden, &copy);
}

static size_t set_received(void *arg, void *value, size_t size)
{
    ((struct message_state *)value)->received_at = *(const int64_t *)arg;
    return size;
}

static void on_message(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct message_item *row = change->row;
    int64_t at = row->created_at;

    near_table_change(t->chats, (struct near_key){row->to_id, row->from_id}, set_received, &at);
}

static size_t set_delivered(void *arg, void *value, size_t size)
{
    ((struct message_state *)value)->delivered_at = *(const int64_t *)arg;
    return size;
}

static void on_delivered(void *self, const struct change *change)
{
    struct near_tables *t = self;
    const struct message_state *row = change->row;
    int64_t at = row->delivered_at;

    near_table_change(t->chats, (struct near_key){row->viewer_id, row->peer_id}, set_delivered,
                      &at);
}

void near_watch(struct near_tables *tables, struct changes *changes)
{
    changes_watch(changes, &user_count_type, on_user_count, tables);
    changes_watch(changes, &user_account_type, on_user_account, tables);
    changes_watch(changes, &user_login_type, on_login, tables);
    changes_watch(changes, &video_count_type, on_video_count, tables);
    changes_watch(changes, &video_item_type, on_video_item, tables);
    changes_watch(changes, &favorite_mark_type, on_mark, tables);
    changes_watch(changes, &relation_edge_type, on_edge, tables);
    changes_watch(changes, &relation_wish_type, on_wish, tables);
    changes_watch(changes, &message_item_type, on_message, tables);
    changes_watch(changes, &message_state_type, on_delivered, tables);
}
