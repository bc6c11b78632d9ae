/* Services apart: made, connected, asked and taken down. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "apart.h"

#include "bus.h"
#include "eventually.h"
#include "scratch_db.h"
#include "sequence.h"
#include "user_api_stub.h"
#include "video_api_stub.h"

const char *const apart_names[APART_SERVICES] = {"user", "video", "favorite", "comment",
                                                 "relation"};

/* ---- the way ---- */

static struct err *call(void *self, const struct api_method *m, struct ctx *c, const void *req,
                        void *resp)
{
    struct apart_way *way = self;

    atomic_fetch_add(&way->calls, 1);
    atomic_fetch_add(&way->held, 1);
    eventually(atomic_load(&way->mode) != APART_HELD);
    atomic_fetch_sub(&way->held, 1);
    int mode = atomic_load(&way->mode);

    if (mode == APART_DOWN)
        return err_new(c, ERR_UNAVAILABLE, "nobody is there");
    TRY(api_call(&way->inner, m, c, req, resp));
    if (mode == APART_TWICE)
        TRY(api_call(&way->inner, m, c, req, resp));
    return mode == APART_DEAF ? err_new(c, ERR_UNAVAILABLE, "the reply is lost") : NULL;
}

void apart_set_way(struct apart *f, enum apart_service to, enum apart_mode mode)
{
    atomic_store(&f->way[to].mode, mode);
}

static void open_inbox(struct apart *f, enum apart_service s)
{
    struct api_transport way = {.call = call, .self = &f->way[s]};

    f->inbox[s] = inbox_create(f->db[s], f->changes[s]);
    f->way[s].inner = api_codec_transport(f->inbox[s]);
    f->stub[s] = changes_stub_create(&way);
}

/* ---- who follows whom ---- */

enum { PATIENT_MS = 60000 };
enum { ADDED = CHANGE_BIT(CHANGE_INSERT), REMOVED = CHANGE_BIT(CHANGE_DELETE) };

static const struct telling {
    enum apart_service from, to;
    const struct codec_type *type;
    unsigned ops;
} tellings[] = {
    {APART_FAVORITE, APART_VIDEO, &favorite_mark_type, ADDED | REMOVED},
    {APART_FAVORITE, APART_USER, &favorite_mark_type, ADDED | REMOVED},
    {APART_RELATION, APART_USER, &relation_edge_type, ADDED | REMOVED},
    {APART_COMMENT, APART_VIDEO, &comment_item_type, ADDED | REMOVED},
    {APART_COMMENT, APART_COMMENT, &comment_purge_type, ADDED},
    {APART_VIDEO, APART_USER, &video_item_type, ADDED | REMOVED},
    {APART_VIDEO, APART_USER, &video_missed_type, ADDED},
    {APART_VIDEO, APART_COMMENT, &video_item_type, REMOVED},
    {APART_VIDEO, APART_COMMENT, &video_missed_type, ADDED},
};

struct courier *apart_hire(struct apart *f, struct changes *changes, enum apart_service from,
                           enum apart_service to, bool started)
{
    struct courier_options options = courier_defaults;

    options.source = apart_names[from];
    options.destination = apart_names[to];
    options.db = f->db[from];
    options.to = f->stub[to];
    options.settle_ms = started ? f->settle_ms : 1;
    options.sweep_ms = 20;
    options.age_ms = 0;
    options.pause_ms = 1;
    options.pause_max_ms = 20;
    struct courier *courier = courier_create(&options);

    for (size_t i = 0; i < COUNT(tellings); i++)
        if (tellings[i].from == from && tellings[i].to == to)
            changes_forward(changes, tellings[i].type, tellings[i].ops, courier);
    if (started)
        assert_ok(&f->ctx, courier_start(courier, &f->ctx));
    return f->couriers[f->courier_count++] = courier;
}

static void connect_all(struct apart *f)
{
    bool done[APART_SERVICES][APART_SERVICES] = {0};

    for (size_t i = 0; i < COUNT(tellings); i++) {
        enum apart_service from = tellings[i].from, to = tellings[i].to;

        if (!done[from][to])
            (void)apart_hire(f, f->changes[from], from, to, true);
        done[from][to] = true;
    }
}

/* ---- life ---- */

static void open_database(struct apart *f, enum apart_service s, const struct migration_list *own)
{
    const struct migration_list lists[] = {sequence_migrations, changes_migrations, bus_migrations,
                                           search_migrations, *own};
    struct str place = scratch_on_server()
                           ? scratch_server_place(&f->ctx, apart_names[s], true)
                           : arena_str(&f->arena, "%s/%s.db", f->dir.ptr, apart_names[s]);

    f->db[s] = scratch_db(&f->ctx, place);
    assert_ok(&f->ctx, migrate(f->db[s], &f->ctx, lists, COUNT(lists)));
    if (scratch_on_server())
        scratch_empty(&f->ctx, f->db[s]);
    f->changes[s] = changes_create();
}

static void open_services(struct apart *f)
{
    f->user = user_create(f->db[APART_USER], f->changes[APART_USER]);
    f->video =
        video_create(f->db[APART_VIDEO], f->changes[APART_VIDEO], f->bus, &(struct video_quota){0});
    struct api_transport to_user = api_codec_transport(f->user);
    struct api_transport to_video = api_codec_transport(f->video);

    f->user_stub = user_stub_create(&to_user);
    f->video_stub = video_stub_create(&to_video);
    f->favorite = favorite_create(f->db[APART_FAVORITE], f->changes[APART_FAVORITE], f->video_stub,
                                  f->user_stub);
    f->relation = relation_create(f->db[APART_RELATION], f->changes[APART_RELATION], f->user_stub);
    f->comment = comment_create(f->db[APART_COMMENT], f->changes[APART_COMMENT], f->video_stub,
                                f->user, f->relation);
}

int apart_setup(void **state)
{
    const struct migration_list *own[APART_SERVICES] = {&user_migrations, &video_migrations,
                                                        &favorite_migrations, &comment_migrations,
                                                        &relation_migrations};
    struct apart *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->settle_ms = PATIENT_MS;
    f->dir = scratch_dir(&f->arena);
    for (enum apart_service s = 0; s < APART_SERVICES; s++)
        open_database(f, s, own[s]);
    assert_ok(&f->ctx, bus_open(&f->ctx, f->db[APART_VIDEO], &f->bus));
    open_services(f);
    for (enum apart_service s = 0; s < APART_SERVICES; s++)
        open_inbox(f, s);
    connect_all(f);
    return 0;
}

struct favorite_api *apart_second_favorite(struct apart *f, bool alive)
{
    struct changes *changes = changes_create();
    struct favorite_api *made =
        favorite_create(f->db[APART_FAVORITE], changes, f->video_stub, f->user_stub);

    (void)apart_hire(f, changes, APART_FAVORITE, APART_VIDEO, alive);
    (void)apart_hire(f, changes, APART_FAVORITE, APART_USER, alive);
    f->instance_changes[f->instance_count] = changes;
    return f->instances[f->instance_count++] = made;
}

static void close_services(struct apart *f)
{
    for (size_t i = 0; i < f->instance_count; i++) {
        favorite_destroy(f->instances[i]);
        changes_destroy(f->instance_changes[i]);
    }
    relation_destroy(f->relation);
    comment_destroy(f->comment);
    favorite_destroy(f->favorite);
    video_stub_destroy(f->video_stub);
    user_stub_destroy(f->user_stub);
    video_destroy(f->video);
    user_destroy(f->user);
}

int apart_teardown(void **state)
{
    struct apart *f = *state;

    for (enum apart_service s = 0; s < APART_SERVICES; s++)
        if (atomic_load(&f->way[s].mode) == APART_HELD)
            apart_set_way(f, s, APART_DOWN);
    for (size_t i = 0; i < f->courier_count; i++)
        courier_destroy(f->couriers[i]);
    bus_close(f->bus);
    close_services(f);
    for (enum apart_service s = 0; s < APART_SERVICES; s++) {
        changes_stub_destroy(f->stub[s]);
        inbox_destroy(f->inbox[s]);
        sql_close(f->db[s]);
        changes_destroy(f->changes[s]);
    }
    return fixture_end(state);
}

/* ---- asking the databases ---- */

struct number_job {
    const char *text;
    int64_t found;
};

static struct err *read_number(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct number_job *job = arg;
    struct sql_rows rows;

    TRY(sql_run(tx, c, &rows, NULL, job->text, (struct sql_args){0}));
    job->found = sql_next(&rows) ? sql_i64(&rows, 0) : -1;
    return NULL;
}

int64_t apart_number(struct apart *f, enum apart_service of, const char *text)
{
    struct number_job job = {.text = text};

    assert_ok(&f->ctx, sql_read(f->db[of], &f->ctx, read_number, &job));
    return job.found;
}

static struct err *run_text(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_script(tx, c, *(const char **)arg);
}

void apart_change(struct apart *f, enum apart_service of, const char *text)
{
    assert_ok(&f->ctx, sql_write(f->db[of], &f->ctx, run_text, &text));
}

bool apart_is_quiet(struct apart *f)
{
    int64_t waiting = 0;

    for (enum apart_service s = 0; s < APART_SERVICES; s++)
        waiting += apart_number(f, s, "SELECT count(*) FROM changes_outbox");
    return waiting == 0;
}

struct count_job {
    const char *text;
    int64_t id, found;
};

static struct err *read_count(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct count_job *job = arg;
    struct sql_rows rows;

    TRY(sql_run(tx, c, &rows, NULL, job->text, SQL_ARGS(sql_int(job->id))));
    job->found = sql_next(&rows) ? sql_i64(&rows, 0) : -1;
    return NULL;
}

/* Rows of one database are counted for each id of another. */
static int64_t count_for(struct apart *f, enum apart_service of, const char *text, int64_t id)
{
    struct count_job job = {.text = text, .id = id};

    assert_ok(&f->ctx, sql_read(f->db[of], &f->ctx, read_count, &job));
    return job.found;
}

static struct sql_rows all_of(struct apart *f, enum apart_service of, const char *text)
{
    struct scratch_order order = {.text = text};

    assert_ok(&f->ctx, sql_read(f->db[of], &f->ctx, scratch_ask_work, &order));
    return order.rows;
}

/* What is counted of a user, and where its rows are. */
static const struct {
    const char *column;
    enum apart_service of;
    const char *rows;
} user_sums[] = {
    {"favorite_count", APART_FAVORITE, "SELECT count(*) FROM favorite_mark WHERE user_id = ?"},
    {"follow_count", APART_RELATION, "SELECT count(*) FROM relation_edge WHERE user_id = ?"},
    {"follower_count", APART_RELATION, "SELECT count(*) FROM relation_edge WHERE target_id = ?"},
    {"work_count", APART_VIDEO, "SELECT count(*) FROM video_item WHERE author_id = ?"},
    {"total_favorited", APART_VIDEO,
     "SELECT coalesce(sum(favorite_count), 0) FROM video_item JOIN video_count ON video_id = id"
     " WHERE author_id = ?"},
};

static int64_t recount_users(struct apart *f)
{
    int64_t wrong = 0;

    for (size_t i = 0; i < COUNT(user_sums); i++) {
        struct sql_rows r = all_of(
            f, APART_USER,
            arena_printf(&f->arena, "SELECT user_id, %s FROM user_count", user_sums[i].column));

        while (sql_next(&r))
            wrong +=
                sql_i64(&r, 1) != count_for(f, user_sums[i].of, user_sums[i].rows, sql_i64(&r, 0));
    }
    return wrong;
}

static int64_t recount_videos(struct apart *f)
{
    struct sql_rows r =
        all_of(f, APART_VIDEO, "SELECT video_id, favorite_count, comment_count FROM video_count");
    int64_t wrong = 0;

    while (sql_next(&r)) {
        wrong += sql_i64(&r, 1) != count_for(f, APART_FAVORITE,
                                             "SELECT count(*) FROM favorite_mark WHERE video_id"
                                             " = ?",
                                             sql_i64(&r, 0));
        wrong += sql_i64(&r, 2) != count_for(f, APART_COMMENT,
                                             "SELECT count(*) FROM comment_item WHERE video_id"
                                             " = ?",
                                             sql_i64(&r, 0));
    }
    return wrong;
}

static int64_t orphans(struct apart *f)
{
    struct sql_rows r = all_of(f, APART_COMMENT, "SELECT DISTINCT video_id FROM comment_item");
    int64_t wrong = 0;

    while (sql_next(&r))
        wrong += count_for(f, APART_VIDEO, "SELECT count(*) FROM video_item WHERE id = ?",
                           sql_i64(&r, 0)) == 0;
    return wrong;
}

int64_t apart_recount(struct apart *f)
{
    return recount_users(f) + recount_videos(f) + orphans(f);
}

/* ---- people ---- */

int64_t apart_user(struct apart *f, const char *name)
{
    struct user_sign_up_req req = {.name = str_of(name), .password_hash = STR("hash")};
    struct user_sign_up_resp resp = {0};

    assert_ok(&f->ctx, user_sign_up(f->user, &f->ctx, &req, &resp));
    return resp.id;
}

int64_t apart_video(struct apart *f, int64_t author)
{
    struct video_media media = {.asset = STR("0123456789abcdef"), .original = STR("original.bin")};
    struct video_publish_req req = {.author_id = author, .title = STR("a video"), .media = &media};
    struct video_publish_resp resp = {0};

    assert_ok(&f->ctx, video_publish(f->video, &f->ctx, &req, &resp));
    return resp.id;
}

void apart_like(struct apart *f, int64_t user, int64_t video, bool liked)
{
    struct favorite_set_req req = {.user_id = user, .video_id = video, .liked = liked};
    struct favorite_set_resp resp = {0};

    assert_ok(&f->ctx, favorite_set(f->favorite, &f->ctx, &req, &resp));
}

int64_t apart_likes_of(struct apart *f, int64_t video)
{
    return apart_number(f, APART_VIDEO,
                        arena_printf(&f->arena,
                                     "SELECT favorite_count FROM video_count WHERE video_id = %lld",
                                     (long long)video));
}

int64_t apart_favorited(struct apart *f, int64_t user)
{
    return apart_number(f, APART_USER,
                        arena_printf(&f->arena,
                                     "SELECT total_favorited FROM user_count WHERE user_id = %lld",
                                     (long long)user));
}

void apart_set_all(struct apart *f, enum apart_mode mode)
{
    for (enum apart_service s = 0; s < APART_SERVICES; s++)
        apart_set_way(f, s, mode);
}

int64_t apart_comment(struct apart *f, int64_t user, int64_t video)
{
    struct comment_add_req req = {.user_id = user, .video_id = video, .text = STR("nice")};
    struct comment_add_resp done = {0};

    assert_ok(&f->ctx, comment_add(f->comment, &f->ctx, &req, &done));
    return done.comment->id;
}

void apart_follow(struct apart *f, int64_t user, int64_t target)
{
    struct relation_set_req req = {.user_id = user, .target_id = target, .following = true};
    struct relation_set_resp done = {0};

    assert_ok(&f->ctx, relation_set(f->relation, &f->ctx, &req, &done));
}

void apart_remove_video(struct apart *f, int64_t video)
{
    struct video_remove_req req = {.id = video};
    struct video_remove_resp done = {0};

    assert_ok(&f->ctx, video_remove(f->video, &f->ctx, &req, &done));
}
