/* Tests of the quota: what an author has is counted with every write, and is bounded. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

/* A second service on the world's tables, with a quota of its own. */
struct bounded {
    struct changes *changes;
    struct video_api *videos;
};

static struct bounded bounded_open(struct world *w, int64_t bytes, int64_t videos, int64_t pending)
{
    struct bounded b = {.changes = changes_create()};

    b.videos =
        video_create(w->db, b.changes, w->bus, &(struct video_quota){bytes, videos, pending});
    return b;
}

static void bounded_close(struct bounded *b)
{
    video_destroy(b->videos);
    changes_destroy(b->changes);
}

static struct err *publish(struct world *w, struct video_api *videos, int64_t author, int64_t bytes)
{
    struct video_media media = world_upload;
    struct video_publish_req req = {
        .author_id = author, .title = STR("a clip"), .media = &media, .bytes = bytes};
    struct video_publish_resp resp = {0};

    return video_publish(videos, &w->ctx, &req, &resp);
}

static struct err *check(struct world *w, struct video_api *videos, int64_t author, int64_t bytes)
{
    struct video_check_quota_req req = {.author_id = author, .bytes = bytes};
    struct video_check_quota_resp resp;

    return video_check_quota(videos, &w->ctx, &req, &resp);
}

static void end_job(struct world *w, int64_t video, enum video_state state)
{
    struct video_set_media_req req = {.id = video, .state = state};
    struct video_set_media_resp resp;

    assert_ok(&w->ctx, video_set_media(w->api.video, &w->ctx, &req, &resp));
}

static void assert_used_up(const struct err *e)
{
    assert_reason(e, ERR_PRECONDITION, "quota_used_up");
}

static void assert_fits(struct world *w, struct err *e)
{
    assert_ok(&w->ctx, e);
}

static void bytes_are_counted_to_the_last_one(void **state)
{
    struct world *w = *state;
    struct bounded b = bounded_open(w, 100, 0, 0);

    assert_fits(w, publish(w, b.videos, 7, 60));
    assert_used_up(check(w, b.videos, 7, 41));
    assert_used_up(publish(w, b.videos, 7, 41));
    assert_fits(w, check(w, b.videos, 7, 40));
    assert_fits(w, publish(w, b.videos, 7, 40));
    assert_used_up(publish(w, b.videos, 7, 0));
    assert_int_equal(world_number(w, "SELECT bytes FROM video_usage WHERE author_id = 7"), 100);
    bounded_close(&b);
}

static void a_size_beyond_all_limits_does_not_overflow(void **state)
{
    struct world *w = *state;
    struct bounded b = bounded_open(w, 100, 0, 0);

    assert_fits(w, publish(w, b.videos, 7, 60));
    assert_used_up(check(w, b.videos, 7, INT64_MAX));
    bounded_close(&b);
}

static void a_size_below_zero_is_refused(void **state)
{
    struct world *w = *state;
    struct err *e = publish(w, w->api.video, 7, -1);

    assert_non_null(e);
    assert_int_equal(e->code, ERR_INVALID);
}

static void videos_are_counted(void **state)
{
    struct world *w = *state;
    struct bounded b = bounded_open(w, 0, 2, 0);

    assert_fits(w, publish(w, b.videos, 7, 1));
    assert_fits(w, publish(w, b.videos, 7, 1));
    assert_used_up(publish(w, b.videos, 7, 1));
    assert_used_up(check(w, b.videos, 7, 0));
    bounded_close(&b);
}

static void what_is_refused_leaves_nothing(void **state)
{
    struct world *w = *state;
    struct bounded b = bounded_open(w, 0, 1, 0);

    assert_fits(w, publish(w, b.videos, 7, 5));
    assert_used_up(publish(w, b.videos, 7, 5));
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_item"), 1);
    assert_int_equal(world_number(w, "SELECT videos FROM video_usage"), 1);
    assert_int_equal(world_number(w, "SELECT bytes FROM video_usage"), 5);
    bounded_close(&b);
}

static void one_authors_quota_is_not_anothers(void **state)
{
    struct world *w = *state;
    struct bounded b = bounded_open(w, 0, 1, 0);

    assert_fits(w, publish(w, b.videos, 7, 1));
    assert_fits(w, publish(w, b.videos, 8, 1));
    assert_used_up(publish(w, b.videos, 7, 1));
    bounded_close(&b);
}

static void what_waits_counts_until_its_job_is_over(void **state)
{
    struct world *w = *state;
    struct bounded b = bounded_open(w, 0, 0, 2);
    int64_t ann = world_user(w, "ann"), first = world_video(w, ann);

    (void)world_video(w, ann);
    assert_used_up(check(w, b.videos, ann, 0));
    end_job(w, first, VIDEO_PROCESSING);
    assert_used_up(check(w, b.videos, ann, 0));
    end_job(w, first, VIDEO_READY);
    assert_fits(w, check(w, b.videos, ann, 0));
    end_job(w, first, VIDEO_READY);
    assert_int_equal(world_number(w, "SELECT pending FROM video_usage"), 1);
    end_job(w, first, VIDEO_PENDING);
    assert_used_up(check(w, b.videos, ann, 0));
    end_job(w, first, VIDEO_FAILED);
    assert_int_equal(world_number(w, "SELECT pending FROM video_usage"), 1);
    bounded_close(&b);
}

static void without_a_quota_everything_fits(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    (void)world_video(w, ann);
    assert_fits(w, check(w, w->api.video, ann, INT64_MAX));
}

/* The database as it was before there were usage rows. */
static void older_videos_are_counted_by_the_migration(void **state)
{
    struct world *w = *state;
    const struct migration_list before = {video_migrations.at, 1}, after = video_migrations;
    struct sql *db = world_alone(w, before);
    struct world own = {.db = db, .ctx = {.arena = &w->arena}};

    for (int i = 1; i <= 3; i++)
        world_change(&own, arena_printf(&w->arena,
                                        "INSERT INTO video_item VALUES (%d, %d, 't', %d, 1, %d, 0,"
                                        " 0, '', '', 'a', 0, '', '', '', '', '', 1, 1, 1)",
                                        i, i < 3 ? 7 : 8, i, i == 1 ? VIDEO_READY : VIDEO_PENDING));
    assert_ok(&w->ctx, migrate(db, &w->ctx, &after, 1));
    assert_int_equal(world_number(&own, "SELECT videos FROM video_usage WHERE author_id = 7"), 2);
    assert_int_equal(world_number(&own, "SELECT pending FROM video_usage WHERE author_id = 7"), 1);
    assert_int_equal(world_number(&own, "SELECT videos FROM video_usage WHERE author_id = 8"), 1);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(bytes_are_counted_to_the_last_one),
        WORLD_TEST(a_size_beyond_all_limits_does_not_overflow),
        WORLD_TEST(a_size_below_zero_is_refused),
        WORLD_TEST(videos_are_counted),
        WORLD_TEST(what_is_refused_leaves_nothing),
        WORLD_TEST(one_authors_quota_is_not_anothers),
        WORLD_TEST(what_waits_counts_until_its_job_is_over),
        WORLD_TEST(without_a_quota_everything_fits),
        WORLD_TEST(older_videos_are_counted_by_the_migration),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
