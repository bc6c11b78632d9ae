/* The near cache: looking up, and filling what was missing in one batched call. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "limits.h"
#include "near_values.h"
#include "near_watch.h"

_Static_assert((int)NEAR_SET_MAX < (int)CHOSEN_FROM_MAX,
               "a set that is too large must be seen to be");

/* How the limit is shared out; in sixteenths. */
enum {
    USERS_SHARE = 4,
    VIDEOS_SHARE = 8,
    VIEWERS_SHARE = 2,
    CHATS_SHARE = 1,
    LOGINS_SHARE = 1,
    SHARES = 16
};

/* So many viewers fit in whatever they hold; a set takes up to four words an id. */
enum { VIEWERS_MIN = 8, SET_BYTES_PER_ID = 4 * sizeof(int64_t) };

struct near {
    struct services services; /* borrowed */
    struct near_tables tables;
    _Atomic uint64_t sequence;
};

static size_t set_max(size_t viewers_bytes)
{
    size_t fits = viewers_bytes / VIEWERS_MIN / 2 / SET_BYTES_PER_ID;

    return fits < NEAR_SET_MAX ? fits : NEAR_SET_MAX;
}

struct near *near_create(const struct services *services, struct changes *changes, size_t bytes_max)
{
    struct near *n = calloc(1, sizeof(*n));
    size_t share = bytes_max / SHARES;

    if (!n)
        abort();
    n->services = *services;
    n->tables = (struct near_tables){
        .users = near_table_create(share * USERS_SHARE, near_value_free),
        .videos = near_table_create(share * VIDEOS_SHARE, near_value_free),
        .viewers = near_table_create(share * VIEWERS_SHARE, near_viewer_free),
        .chats = near_table_create(share * CHATS_SHARE, near_value_free),
        .logins = near_table_create(share * LOGINS_SHARE, near_value_free),
        .set_max = set_max(share * VIEWERS_SHARE),
    };
    atomic_init(&n->sequence, 1);
    near_watch(&n->tables, changes);
    return n;
}

void near_destroy(struct near *n)
{
    if (!n)
        return;
    near_table_destroy(n->tables.users);
    near_table_destroy(n->tables.videos);
    near_table_destroy(n->tables.viewers);
    near_table_destroy(n->tables.chats);
    near_table_destroy(n->tables.logins);
    free(n);
}

uint64_t near_sequence(struct near *n)
{
    return atomic_load_explicit(&n->sequence, memory_order_acquire);
}

void near_batch_committed(void *near)
{
    atomic_fetch_add_explicit(&((struct near *)near)->sequence, 1, memory_order_release);
}

void near_forget(struct near *n)
{
    near_table_clear(n->tables.users);
    near_table_clear(n->tables.videos);
    near_table_clear(n->tables.viewers);
    near_table_clear(n->tables.chats);
    near_table_clear(n->tables.logins);
    near_batch_committed(n);
}

/* ---- what was asked for and is not here ---- */

struct missing {
    struct i64_list ids;
    size_t *place;     /* in the caller's list */
    uint64_t *version; /* of its shard, before the database was read */
};

static struct missing missing_of(struct ctx *c, size_t room)
{
    return (struct missing){{arena_array(c->arena, int64_t, room), 0},
                            arena_array(c->arena, size_t, room),
                            arena_array(c->arena, uint64_t, room)};
}

static void note_missing(struct missing *m, struct near_table *table, int64_t id, size_t place)
{
    m->version[m->ids.count] = near_table_version(table, (struct near_key){id, 0});
    m->place[m->ids.count] = place;
    m->ids.at[m->ids.count++] = id;
}

/*
 * What was read inside a write may never be committed, so it is not kept; nor is what was read
 * before a change that has been applied since.
 */
static void keep_value(struct ctx *c, struct near_table *table, struct near_key key,
                       uint64_t version, void *value, size_t size)
{
    static const uint64_t never = UINT64_MAX;

    near_table_add(table, key, c->tx ? never : version, value, size);
}

/* ---- users and videos ---- */

struct copy_user {
    struct arena *arena;
    struct user_view *out;
};

static void copy_user(void *arg, void *value)
{
    struct copy_user *to = arg;

    *to->out = near_user_copy(to->arena, value);
}

/* Answers come in the order asked, with gaps where there is nobody. */
static struct err *fetch_users(struct near *n, struct ctx *c, const struct missing *m,
                               struct user_view *out)
{
    struct user_get_users_req req = {.ids = m->ids};
    struct user_get_users_resp found = {0};
    size_t size, next = 0;

    TRY(user_get_users(n->services.user, c, &req, &found));
    for (size_t i = 0; i < m->ids.count && next < found.users.count; i++) {
        if (found.users.at[next].id != m->ids.at[i])
            continue;
        struct near_user *user = near_user_new(c->arena, &found.users.at[next++], &size);

        out[m->place[i]] = near_user_copy(c->arena, user);
        keep_value(c, n->tables.users, (struct near_key){m->ids.at[i], 0}, m->version[i], user,
                   size);
    }
    return NULL;
}

struct err *near_users(struct near *n, struct ctx *c, struct i64_list ids, struct user_view *out)
{
    struct missing m = missing_of(c, ids.count);

    for (size_t i = 0; i < ids.count; i++) {
        struct copy_user to = {c->arena, &out[i]};

        out[i] = (struct user_view){0};
        if (!near_table_read(n->tables.users, (struct near_key){ids.at[i], 0}, copy_user, &to))
            note_missing(&m, n->tables.users, ids.at[i], i);
    }
    return m.ids.count ? fetch_users(n, c, &m, out) : NULL;
}

static void read_session(void *arg, void *value)
{
    *(int64_t *)arg = ((const struct near_user *)value)->view.session;
}

struct err *near_session(struct near *n, struct ctx *c, int64_t id, int64_t *out)
{
    struct user_view view;

    if (near_table_read(n->tables.users, (struct near_key){id, 0}, read_session, out))
        return NULL;
    TRY(near_users(n, c, (struct i64_list){&id, 1}, &view));
    *out = view.session;
    return NULL;
}

struct copy_login {
    const struct user_find_login_req *key;
    struct user_login *out;
};

static void copy_login(void *arg, void *value)
{
    struct copy_login *to = arg;
    const struct near_login *kept = value;

    if (!str_eq(to->key->secret_hash, (struct str){kept->hash, NEAR_HASH_LEN}))
        return;
    *to->out = (struct user_login){
        .user_id = to->key->user_id,
        .id = to->key->id,
        .session = kept->session,
        .began_at = kept->began_at,
        .seen_at = kept->seen_at,
    };
}

struct err *near_login(struct near *n, struct ctx *c, const struct user_find_login_req *key,
                       struct user_login *out)
{
    struct near_key at = {key->user_id, key->id};
    uint64_t version = near_table_version(n->tables.logins, at);
    struct copy_login to = {key, out};

    *out = (struct user_login){0};
    if (near_table_read(n->tables.logins, at, copy_login, &to))
        return NULL;
    TRY(user_find_login(n->services.user, c, key, out));
    if (out->id)
        keep_value(c, n->tables.logins, at, version, near_login_new(out),
                   sizeof(struct near_login));
    return NULL;
}

struct copy_video {
    struct arena *arena;
    struct video_view *out;
};

static void copy_video(void *arg, void *value)
{
    struct copy_video *to = arg;

    *to->out = near_video_copy(to->arena, value);
}

static struct err *fetch_videos(struct near *n, struct ctx *c, const struct missing *m,
                                struct video_view *out)
{
    struct video_get_videos_req req = {.ids = m->ids};
    struct video_get_videos_resp found = {0};
    size_t size, next = 0;

    TRY(video_get_videos(n->services.video, c, &req, &found));
    for (size_t i = 0; i < m->ids.count && next < found.videos.count; i++) {
        if (found.videos.at[next].id != m->ids.at[i])
            continue;
        struct near_video *video = near_video_new(c->arena, &found.videos.at[next++], &size);

        out[m->place[i]] = near_video_copy(c->arena, video);
        keep_value(c, n->tables.videos, (struct near_key){m->ids.at[i], 0}, m->version[i], video,
                   size);
    }
    return NULL;
}

struct err *near_videos(struct near *n, struct ctx *c, struct i64_list ids, struct video_view *out)
{
    struct missing m = missing_of(c, ids.count);

    for (size_t i = 0; i < ids.count; i++) {
        struct copy_video to = {c->arena, &out[i]};

        out[i] = (struct video_view){0};
        if (!near_table_read(n->tables.videos, (struct near_key){ids.at[i], 0}, copy_video, &to))
            note_missing(&m, n->tables.videos, ids.at[i], i);
    }
    return m.ids.count ? fetch_videos(n, c, &m, out) : NULL;
}

/* ---- viewers ---- */

struct flags {
    struct i64_list ids;
    bool *out;
    enum { FLAG_LIKED, FLAG_FOLLOWED, FLAG_HIDDEN } of; /* which set */
    enum relation_kind kind;                            /* FLAG_HIDDEN: of what */
    bool too_many;
};

static void read_flags(void *arg, void *value)
{
    struct flags *f = arg;
    const struct near_viewer *viewer = value;
    const struct near_ids *set = f->of == FLAG_FOLLOWED ? &viewer->followed : &viewer->liked;
    const struct id_set *ids = f->of == FLAG_HIDDEN ? &viewer->hidden[f->kind] : &set->ids;

    f->too_many = f->of != FLAG_HIDDEN && set->too_many;
    for (size_t i = 0; i < f->ids.count; i++)
        f->out[i] = id_set_has(ids, f->ids.at[i]);
}

static void keep(struct near_ids *set, struct i64_list ids, size_t max)
{
    set->known = true;
    set->too_many = ids.count > max;
    for (size_t i = 0; i < ids.count && !set->too_many; i++)
        id_set_add(&set->ids, ids.at[i]);
}

static void keep_hidden(struct near_viewer *viewer, const struct relation_hidden *hidden)
{
    const struct i64_list all[] = {
        [RELATION_USER] = hidden->user_ids,
        [RELATION_VIDEO] = hidden->video_ids,
        [RELATION_COMMENT] = hidden->comment_ids,
    };

    for (size_t kind = 0; kind < COUNT(all); kind++)
        for (size_t i = 0; i < all[kind].count; i++)
            id_set_add(&viewer->hidden[kind], all[kind].at[i]);
}

static struct err *load_viewer(struct near *n, struct ctx *c, int64_t id, struct flags *f)
{
    struct near_key key = {id, 0};
    uint64_t version = near_table_version(n->tables.viewers, key);
    size_t max = n->tables.set_max;
    struct favorite_list_req likes = {.user_id = id, .limit = (int64_t)max + 1};
    struct relation_list_req follows = {.user_id = id, .limit = (int64_t)max + 1};
    struct favorite_list_resp liked = {0};
    struct relation_list_resp followed = {0};
    struct relation_get_hidden_req wishes = {id};
    struct relation_hidden hidden = {0};
    struct calls all CLEANUP(calls_end) = {0};

    favorite_list_start(n->services.favorite, c, &likes, &liked, &all);
    relation_list_following_start(n->services.relation, c, &follows, &followed, &all);
    relation_get_hidden_start(n->services.relation, c, &wishes, &hidden, &all);
    TRY(calls_join(&all));
    struct near_viewer *viewer = calloc(1, sizeof(*viewer));

    if (!viewer)
        abort();
    keep(&viewer->liked, liked.video_ids, max);
    keep(&viewer->followed, followed.user_ids, max);
    keep_hidden(viewer, &hidden);
    read_flags(f, viewer);
    keep_value(c, n->tables.viewers, key, version, viewer, near_viewer_size(viewer));
    return NULL;
}

static struct err *viewer_flags(struct near *n, struct ctx *c, int64_t viewer, struct flags *f)
{
    memset(f->out, 0, f->ids.count * sizeof(*f->out));
    if (!viewer || !f->ids.count)
        return NULL;
    if (!near_table_read(n->tables.viewers, (struct near_key){viewer, 0}, read_flags, f))
        TRY(load_viewer(n, c, viewer, f));
    return NULL;
}

struct err *near_liked(struct near *n, struct ctx *c, int64_t viewer, struct i64_list ids,
                       bool *out)
{
    struct favorite_are_liked_req req = {.viewer_id = viewer, .video_ids = ids};
    struct favorite_are_liked_resp asked = {0};
    struct flags f = {.ids = ids, .out = out};

    TRY(viewer_flags(n, c, viewer, &f));
    if (!f.too_many)
        return NULL;
    TRY(favorite_are_liked(n->services.favorite, c, &req, &asked));
    memcpy(out, asked.liked.at, ids.count * sizeof(*out));
    return NULL;
}

struct err *near_followed(struct near *n, struct ctx *c, int64_t viewer, struct i64_list ids,
                          bool *out)
{
    struct relation_are_followed_req req = {.viewer_id = viewer, .user_ids = ids};
    struct relation_are_followed_resp asked = {0};
    struct flags f = {.ids = ids, .out = out, .of = FLAG_FOLLOWED};

    TRY(viewer_flags(n, c, viewer, &f));
    if (!f.too_many)
        return NULL;
    TRY(relation_are_followed(n->services.relation, c, &req, &asked));
    memcpy(out, asked.followed.at, ids.count * sizeof(*out));
    return NULL;
}

struct err *near_hidden(struct near *n, struct ctx *c, int64_t viewer, enum relation_kind kind,
                        struct i64_list ids, bool *out)
{
    struct flags f = {.ids = ids, .of = FLAG_HIDDEN, .kind = kind};

    f.out = out;
    return viewer_flags(n, c, viewer, &f);
}

/* ---- conversations ---- */

static void copy_state(void *arg, void *value)
{
    *(struct message_state *)arg = *(const struct message_state *)value;
}

struct err *near_chat(struct near *n, struct ctx *c, int64_t viewer, int64_t peer,
                      struct message_state *out)
{
    struct message_get_state_req req = {viewer, peer};
    struct near_key key = {viewer, peer};

    if (near_table_read(n->tables.chats, key, copy_state, out))
        return NULL;
    uint64_t version = near_table_version(n->tables.chats, key);

    TRY(message_get_state(n->services.message, c, &req, out));
    struct message_state *kept = calloc(1, sizeof(*kept));

    if (!kept)
        abort();
    *kept = *out;
    keep_value(c, n->tables.chats, key, version, kept, sizeof(*kept));
    return NULL;
}

struct near_stats near_stats(struct near *n)
{
    struct near_table *tables[] = {n->tables.users, n->tables.videos, n->tables.viewers,
                                   n->tables.chats, n->tables.logins};
    struct near_stats sum = {0};

    for (size_t i = 0; i < COUNT(tables); i++) {
        struct near_table_stats s = near_table_stats(tables[i]);

        sum.hits += s.hits;
        sum.misses += s.misses;
        sum.evicted += s.evicted;
        sum.stale += s.stale;
        sum.count += s.count;
        sum.bytes += s.bytes;
    }
    return sum;
}
