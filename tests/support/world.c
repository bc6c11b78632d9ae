/* A little world for tests: made, asked, and taken down. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <assert.h>
#include <pthread.h>

#include "api_codec.h"
#include "comment_api_stub.h"
#include "favorite_api_stub.h"
#include "message_api_stub.h"
#include "notice_api_stub.h"
#include "relation_api_stub.h"
#include "report_api_stub.h"
#include "scratch_db.h"
#include "user_api_stub.h"
#include "video_api_stub.h"

static bool through_codec;

bool world_begin(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        through_codec |= !strcmp(argv[i], "codec");
    return scratch_begin(argc, argv);
}

/* ---- what was told ---- */

/* On a server several threads tell at once. */
static pthread_mutex_t telling = PTHREAD_MUTEX_INITIALIZER;

static void count_fact(void *self, const struct change *change)
{
    struct world_fact *fact = self;

    pthread_mutex_lock(&telling);
    while (fact->type && (fact->type != change->type || fact->op != change->op))
        fact++;
    *fact = (struct world_fact){change->type, change->op, fact->count + 1};
    pthread_mutex_unlock(&telling);
}

static void watch_all(struct world *w)
{
    const struct codec_type *types[] = {
        &user_count_type,    &user_account_type,  &video_item_type,    &video_count_type,
        &favorite_mark_type, &comment_item_type,  &relation_edge_type, &message_item_type,
        &message_state_type, &relation_wish_type, &report_item_type,   &user_login_type,
        &user_task_type,
    };

    static_assert(COUNT(types) * 3 < WORLD_FACTS_MAX, "room for every type and operation");
    for (size_t i = 0; i < COUNT(types); i++)
        changes_watch(w->changes, types[i], count_fact, w->facts);
}

size_t world_told(const struct world *w, const struct codec_type *type, enum change_op op)
{
    for (const struct world_fact *fact = w->facts; fact->type; fact++)
        if (fact->type == type && fact->op == op)
            return fact->count;
    return 0;
}

size_t world_told_all(const struct world *w)
{
    size_t sum = 0;

    for (const struct world_fact *fact = w->facts; fact->type; fact++)
        sum += fact->count;
    return sum;
}

/* ---- life ---- */

static struct sql *open_database(struct world *w, const char *name,
                                 const struct migration_list *lists, size_t count)
{
    struct str place = scratch_on_server()
                           ? scratch_server_place(&w->ctx, name, true)
                           : arena_str(&w->arena, STR_FMT "/%s.db", STR_ARG(w->dir), name);
    struct sql *db = scratch_db(&w->ctx, place);

    assert_ok(&w->ctx, migrate(db, &w->ctx, lists, count));
    if (scratch_on_server())
        scratch_empty(&w->ctx, db);
    return db;
}

static void close_database(void *db)
{
    sql_close(db);
}

struct sql *world_alone(struct world *w, struct migration_list own)
{
    const struct migration_list lists[] = {sequence_migrations, search_migrations, own};
    struct sql *db = open_database(w, own.at[0].owner, lists, COUNT(lists));

    arena_defer(&w->arena, close_database, db);
    return db;
}

static void open_storage(struct world *w)
{
    const struct migration_list all[] = {
        sequence_migrations, bus_migrations,     user_migrations,     video_migrations,
        favorite_migrations, comment_migrations, relation_migrations, message_migrations,
        report_migrations,   search_migrations,  notice_migrations,
    };

    w->dir = scratch_dir(&w->arena);
    w->db = open_database(w, "world", all, COUNT(all));
    assert_ok(&w->ctx, bus_open(&w->ctx, w->db, &w->bus));
    w->changes = changes_create();
}

/* Puts what was made in place, behind the codec if so asked; the next one may call it. */
#define PLACE(w, x, made)                                                    \
    do {                                                                     \
        (w)->behind.x = (made);                                              \
        struct api_transport way_ = api_codec_transport((w)->behind.x);      \
        (w)->api.x = through_codec ? x##_stub_create(&way_) : (w)->behind.x; \
    } while (0)

#define REMOVE(w, x)                      \
    do {                                  \
        if ((w)->api.x != (w)->behind.x)  \
            x##_stub_destroy((w)->api.x); \
        x##_destroy((w)->behind.x);       \
    } while (0)

int world_setup(void **state)
{
    struct world *w = fixture_new(state, sizeof(*w));

    test_clock_run();
    w->ctx.arena = &w->arena;
    open_storage(w);
    PLACE(w, user, user_create(w->db, w->changes));
    PLACE(w, report, report_create(w->db, w->changes));
    PLACE(w, video, video_create(w->db, w->changes, w->bus, &(struct video_quota){0}));
    PLACE(w, favorite, favorite_create(w->db, w->changes, w->api.video, w->api.user));
    PLACE(w, relation, relation_create(w->db, w->changes, w->api.user));
    PLACE(w, comment,
          comment_create(w->db, w->changes, w->api.video, w->api.user, w->api.relation));
    PLACE(w, message, message_create(w->db, w->changes, w->api.user, w->api.relation));
    PLACE(w, notice, notice_create(w->db, w->changes));
    watch_all(w);
    return 0;
}

int world_teardown(void **state)
{
    struct world *w = *state;

    bus_close(w->bus);
    sql_close(w->db);
    REMOVE(w, notice);
    REMOVE(w, message);
    REMOVE(w, comment);
    REMOVE(w, relation);
    REMOVE(w, favorite);
    REMOVE(w, video);
    REMOVE(w, report);
    REMOVE(w, user);
    changes_destroy(w->changes);
    test_clock_run();
    return fixture_end(state);
}

/* ---- asking the database ---- */

struct number_job {
    const char *text;
    int64_t found;
};

static struct err *read_number(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct number_job *job = arg;
    struct sql_rows rows;

    TRY(sql_run(tx, c, &rows, NULL, job->text, (struct sql_args){0}));
    if (!sql_next(&rows))
        return err_new(c, ERR_NOT_FOUND, "no row: %s", job->text);
    job->found = sql_i64(&rows, 0);
    return NULL;
}

int64_t world_number(struct world *w, const char *text)
{
    struct number_job job = {.text = text};

    assert_ok(&w->ctx, sql_read(w->db, &w->ctx, read_number, &job));
    return job.found;
}

static struct err *run_text(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_script(tx, c, *(const char **)arg);
}

void world_change(struct world *w, const char *text)
{
    assert_ok(&w->ctx, sql_write(w->db, &w->ctx, run_text, &text));
}

/* ---- people and what they do ---- */

const struct video_media world_upload = {
    .asset = STR_INIT("0123456789abcdef"),
    .original = STR_INIT("original.mp4"),
    .play = STR_INIT("v/01/0123456789abcdef/0/play.mp4"),
    .cover = STR_INIT("v/01/0123456789abcdef/0/cover.jpg"),
    .cover_webp = STR_INIT("v/01/0123456789abcdef/0/cover.webp"),
    .width = 720,
    .height = 1280,
    .duration_ms = 15000,
    .color = STR_INIT("7f3a22"),
};

int64_t world_user(struct world *w, const char *name)
{
    struct user_sign_up_req req = {.name = str_of(name), .password_hash = STR("hash")};
    struct user_sign_up_resp resp = {0};

    assert_ok(&w->ctx, user_sign_up(w->api.user, &w->ctx, &req, &resp));
    return resp.id;
}

int64_t world_video(struct world *w, int64_t author)
{
    struct video_media media = world_upload;
    struct video_publish_req req = {.author_id = author, .title = STR("a video"), .media = &media};
    struct video_publish_resp resp = {0};

    assert_ok(&w->ctx, video_publish(w->api.video, &w->ctx, &req, &resp));
    return resp.id;
}

struct user_profile world_profile(struct world *w, int64_t id)
{
    struct user_get_users_req req = {.ids = {&id, 1}};
    struct user_get_users_resp resp = {0};

    assert_ok(&w->ctx, user_get_users(w->api.user, &w->ctx, &req, &resp));
    assert_int_equal(resp.users.count, 1);
    return resp.users.at[0];
}

struct video_item world_item(struct world *w, int64_t id)
{
    struct video_get_videos_req req = {.ids = {&id, 1}};
    struct video_get_videos_resp resp = {0};

    assert_ok(&w->ctx, video_get_videos(w->api.video, &w->ctx, &req, &resp));
    assert_int_equal(resp.videos.count, 1);
    return resp.videos.at[0];
}

void world_like(struct world *w, int64_t user, int64_t video, bool liked)
{
    struct favorite_set_req req = {.user_id = user, .video_id = video, .liked = liked};
    struct favorite_set_resp resp = {0};

    assert_ok(&w->ctx, favorite_set(w->api.favorite, &w->ctx, &req, &resp));
}

void world_follow(struct world *w, int64_t user, int64_t target, bool following)
{
    struct relation_set_req req = {.user_id = user, .target_id = target, .following = following};
    struct relation_set_resp resp = {0};

    assert_ok(&w->ctx, relation_set(w->api.relation, &w->ctx, &req, &resp));
}

void world_hide(struct world *w, int64_t video)
{
    struct video_media files = {.generation = 1, .cover = STR("v/cover.jpg")};
    struct video_set_media_req req = {.id = video, .state = VIDEO_FAILED, .media = &files};
    struct video_set_media_resp resp;

    assert_ok(&w->ctx, video_set_media(w->api.video, &w->ctx, &req, &resp));
}

/* ---- values ---- */

struct str world_text(struct world *w, const char *character, size_t count)
{
    size_t len = strlen(character);
    char *text = arena_bytes(&w->arena, len * count);

    for (size_t i = 0; i < count; i++)
        memcpy(text + i * len, character, len);
    return (struct str){text, len * count};
}

void world_check_ids(struct i64_list got, const int64_t *want, size_t count)
{
    assert_int_equal(got.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(got.at[i], want[i]);
}
