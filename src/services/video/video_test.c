/* Tests of the video service: publishing, what is shown to whom, the job of the transcoder. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

enum { PAGE = 3 };

static struct err *publish(struct world *w, int64_t author, struct str title,
                           struct video_publish_resp *out)
{
    struct video_media media = world_upload;
    struct video_publish_req req = {.author_id = author, .title = title, .media = &media};

    return video_publish(w->api.video, &w->ctx, &req, out);
}

static struct video_list_resp feed(struct world *w, int64_t before, int64_t limit)
{
    struct video_list_feed_req req = {.before = before, .limit = limit};
    struct video_list_resp resp = {0};

    assert_ok(&w->ctx, video_list_feed(w->api.video, &w->ctx, &req, &resp));
    return resp;
}

static struct i64_list by_author(struct world *w, int64_t author, bool all, int64_t limit)
{
    struct video_list_by_author_req req = {.author_id = author, .all = all, .limit = limit};
    struct video_list_resp resp = {0};

    assert_ok(&w->ctx, video_list_by_author(w->api.video, &w->ctx, &req, &resp));
    return resp.ids;
}

static struct video_get_media_resp media_of(struct world *w, int64_t id)
{
    struct video_get_media_req req = {.id = id};
    struct video_get_media_resp resp = {0};

    assert_ok(&w->ctx, video_get_media(w->api.video, &w->ctx, &req, &resp));
    return resp;
}

static struct err *set_media(struct world *w, const struct video_set_media_req *req)
{
    struct video_set_media_resp resp;

    return video_set_media(w->api.video, &w->ctx, req, &resp);
}

static void set_state(struct world *w, int64_t id, enum video_state state, int64_t progress)
{
    struct video_set_media_req req = {.id = id, .state = state, .progress = progress};

    assert_ok(&w->ctx, set_media(w, &req));
}

static struct bus_stats jobs(struct world *w)
{
    struct bus_stats stats = {0};

    assert_ok(&w->ctx, bus_stats(w->bus, &w->ctx, STR(VIDEO_TOPIC), &stats));
    return stats;
}

static void assert_same_files(const struct video_media *got, const struct video_media *want)
{
    assert_str(got->asset, want->asset);
    assert_int_equal(got->generation, want->generation);
    assert_str(got->original, want->original);
    assert_str(got->play, want->play);
    assert_str(got->hls, want->hls);
    assert_str(got->cover, want->cover);
    assert_str(got->cover_webp, want->cover_webp);
    assert_str(got->color, want->color);
    assert_int_equal(got->width, want->width);
    assert_int_equal(got->height, want->height);
    assert_int_equal(got->duration_ms, want->duration_ms);
}

/* ---- publishing ---- */

static void what_was_published_is_there_at_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct video_publish_resp done = {0};

    assert_ok(&w->ctx, publish(w, ann, STR("a first\ntry"), &done));
    struct video_item item = world_item(w, done.id);

    assert_int_equal(item.author_id, ann);
    assert_str(item.title, STR("a first\ntry"));
    assert_int_equal(item.created_at, done.created_at);
    assert_int_equal(item.state, VIDEO_PENDING);
    assert_true(item.shown);
    assert_int_equal(item.favorite_count + item.comment_count, 0);
    assert_same_files(item.media, &world_upload);
    assert_ids(feed(w, INT64_MAX, FEED_PAGE).ids, done.id);
    assert_ids(by_author(w, ann, false, LIST_MAX), done.id);
    assert_int_equal(world_told(w, &video_item_type, CHANGE_INSERT), 1);
}

static void a_title_has_1_to_200_characters(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    const struct {
        struct str title;
        bool ok;
    } cases[] = {
        {STR("x"), true},
        {world_text(w, "\xf0\x9f\x98\x80", TITLE_MAX_CHARS), true},
        {STR("two\nlines"), true},
        {STR("two\r\nlines"), true},
        {world_text(w, "x", TITLE_MAX_CHARS + 1), false},
        {STR(""), false},
        {STR(" \n "), false},
        {STR("a\tb"), false},
        {STR("a\rb"), false},
        {STR("a\0b"), false},
        {STR("a\x1b[31m"), false},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct video_publish_resp done = {0};
        struct err *e = publish(w, ann, cases[i].title, &done);

        assert_int_equal(e == NULL, cases[i].ok);
        if (e)
            assert_int_equal(e->code, ERR_INVALID);
        else
            assert_str(world_item(w, done.id).title, cases[i].title);
    }
}

static void a_video_without_files_is_refused(void **state)
{
    struct world *w = *state;
    struct video_publish_req req = {.author_id = world_user(w, "ann"), .title = STR("x")};
    struct video_publish_resp done = {0};

    assert_err(video_publish(w->api.video, &w->ctx, &req, &done), ERR_INVALID);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_item"), 0);
}

static void each_video_waits_once_for_its_transcoder(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");

    world_video(w, ann);
    int64_t second = world_video(w, ann);

    assert_int_equal(jobs(w).waiting, 2);
    assert_int_equal(world_number(w, "SELECT max(job_key) FROM bus_job"), second);
}

/* The author's count moves in the same transaction: when it cannot, nothing has happened. */
static void a_video_of_nobody_leaves_nothing(void **state)
{
    struct world *w = *state;
    struct video_publish_resp done = {.id = 77};

    assert_reason(publish(w, 4711, STR("x"), &done), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(done.id, 77);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_item"), 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_count"), 0);
    assert_int_equal(jobs(w).waiting, 0);
    assert_int_equal(world_told_all(w), 0);
}

static void works_are_counted_when_published_and_never_else(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    world_video(w, ann);
    assert_int_equal(world_profile(w, ann).work_count, 2);
    set_state(w, video, VIDEO_READY, 1000);
    world_hide(w, video);
    assert_int_equal(world_profile(w, ann).work_count, 2);
}

static void times_rise_also_when_the_clock_stands_or_goes_back(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), last = 0;
    static const int64_t clock[] = {5000, 5000, 5000, 100, 100, 5003, 9000};

    for (size_t i = 0; i < COUNT(clock); i++) {
        struct video_publish_resp done = {0};

        test_clock_stop(clock[i]);
        assert_ok(&w->ctx, publish(w, ann, STR("x"), &done));
        assert_true(done.created_at > last);
        last = done.created_at;
        world_hide(w, done.id); /* what is hidden counts too */
    }
    assert_int_equal(last, 9000);
}

/* ---- reading ---- */

static void videos_come_in_the_order_asked_without_what_is_not_there(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);
    int64_t ids[] = {b, 4711, a, b};
    struct video_get_videos_req req = {.ids = {ids, COUNT(ids)}};
    struct video_get_videos_resp resp = {0};

    assert_ok(&w->ctx, video_get_videos(w->api.video, &w->ctx, &req, &resp));
    assert_int_equal(resp.videos.count, 3);
    assert_int_equal(resp.videos.at[0].id, b);
    assert_int_equal(resp.videos.at[1].id, a);
    assert_int_equal(resp.videos.at[2].id, b);
}

static void at_most_500_videos_are_asked_for_at_once(void **state)
{
    struct world *w = *state;
    int64_t ids[IDS_MAX + 1] = {0};
    struct video_get_videos_req req = {.ids = {ids, IDS_MAX + 1}};
    struct video_get_videos_resp resp = {0};

    ids[IDS_MAX - 1] = world_video(w, world_user(w, "ann"));
    assert_err(video_get_videos(w->api.video, &w->ctx, &req, &resp), ERR_INVALID);
    req.ids.count = IDS_MAX;
    assert_ok(&w->ctx, video_get_videos(w->api.video, &w->ctx, &req, &resp));
    assert_int_equal(resp.videos.count, 1);
}

/* ---- lists of an author ---- */

static void an_authors_list_holds_his_own_newest_first(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    int64_t a = world_video(w, ann), b = world_video(w, bob), d = world_video(w, ann);

    assert_ids(by_author(w, ann, false, LIST_MAX), d, a);
    assert_ids(by_author(w, ann, true, LIST_MAX), d, a);
    assert_ids(by_author(w, bob, false, LIST_MAX), b);
    assert_ids(by_author(w, ann, false, 1), d);
    assert_int_equal(by_author(w, 4711, true, LIST_MAX).count, 0);
}

static void what_failed_and_does_not_play_is_for_its_author_alone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);

    world_hide(w, a);
    assert_false(world_item(w, a).shown);
    assert_ids(feed(w, INT64_MAX, PAGE).ids, b);
    assert_ids(by_author(w, ann, false, LIST_MAX), b);
    assert_ids(by_author(w, ann, true, LIST_MAX), b, a);
}

static void what_failed_but_plays_stays_shown(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    set_state(w, video, VIDEO_FAILED, 0); /* its upload plays */
    assert_int_equal(world_item(w, video).state, VIDEO_FAILED);
    assert_true(world_item(w, video).shown);
    assert_ids(feed(w, INT64_MAX, PAGE).ids, video);
}

static void what_was_hidden_returns_to_its_place_when_it_plays(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);
    struct video_media files = world_upload;
    struct video_set_media_req req = {.id = a, .state = VIDEO_READY, .media = &files};

    world_hide(w, a);
    assert_ok(&w->ctx, set_media(w, &req));
    assert_ids(feed(w, INT64_MAX, PAGE).ids, b, a);
    assert_ids(by_author(w, ann, false, LIST_MAX), b, a);
}

/* ---- media ---- */

static void the_job_of_a_video_is_told_as_it_was_set(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct video_set_media_req req = {
        .id = video,
        .state = VIDEO_PROCESSING,
        .progress = 420,
        .attempts = 2,
        .reason = STR("timeout"),
        .message = STR("it took too long"),
    };

    assert_ok(&w->ctx, set_media(w, &req));
    struct video_get_media_resp got = media_of(w, video);

    assert_int_equal(got.state, VIDEO_PROCESSING);
    assert_int_equal(got.progress, 420);
    assert_int_equal(got.attempts, 2);
    assert_str(got.reason, STR("timeout"));
    assert_str(got.message, STR("it took too long"));
    assert_same_files(got.media, &world_upload);
}

static void an_asset_tells_whose_it_is(void **state)
{
    struct world *w = *state;
    struct video_find_asset_req ask = {.asset = world_upload.asset};
    struct video_find_asset_resp found = {.id = -1};

    assert_ok(&w->ctx, video_find_asset(w->api.video, &w->ctx, &ask, &found));
    assert_int_equal(found.id, 0);
    int64_t video = world_video(w, world_user(w, "ann"));

    assert_ok(&w->ctx, video_find_asset(w->api.video, &w->ctx, &ask, &found));
    assert_int_equal(found.id, video);
}

static void new_files_replace_all_but_what_the_upload_was(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct video_media files = {
        .asset = STR("ignored"),
        .generation = 1,
        .original = STR("ignored too"),
        .play = STR("p"),
        .hls = STR("h"),
        .cover = STR("c"),
        .cover_webp = STR("w"),
        .width = 1,
        .height = 2,
        .duration_ms = 3,
        .color = STR("ignored too"),
    };
    struct video_set_media_req req = {.id = video, .state = VIDEO_READY, .media = &files};

    assert_ok(&w->ctx, set_media(w, &req));
    files.asset = world_upload.asset;
    files.original = world_upload.original;
    files.color = world_upload.color;
    assert_same_files(media_of(w, video).media, &files);
    assert_same_files(world_item(w, video).media, &files);
}

static void progress_alone_is_no_fact_for_others(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));

    set_state(w, video, VIDEO_PROCESSING, 0);
    assert_int_equal(world_told(w, &video_item_type, CHANGE_UPDATE), 1);
    set_state(w, video, VIDEO_PROCESSING, 300);
    set_state(w, video, VIDEO_PROCESSING, 600);
    assert_int_equal(media_of(w, video).progress, 600);
    assert_int_equal(world_told(w, &video_item_type, CHANGE_UPDATE), 1);
    set_state(w, video, VIDEO_READY, 1000);
    assert_int_equal(world_told(w, &video_item_type, CHANGE_UPDATE), 2);
}

static void new_files_are_a_fact_also_in_the_same_state(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct video_media files = world_upload;
    struct video_set_media_req req = {.id = video, .state = VIDEO_PENDING, .media = &files};

    assert_ok(&w->ctx, set_media(w, &req));
    assert_int_equal(world_told(w, &video_item_type, CHANGE_UPDATE), 1);
}

static void counts_stay_when_files_change(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    world_like(w, ann, video, true);
    set_state(w, video, VIDEO_READY, 1000);
    assert_int_equal(world_item(w, video).favorite_count, 1);
}

static void a_video_that_is_not_there_has_no_job(void **state)
{
    struct world *w = *state;
    struct video_get_media_req ask = {.id = 4711};
    struct video_set_media_req set = {.id = 4711, .state = VIDEO_READY};
    struct video_get_media_resp got = {.progress = 77};

    assert_reason(video_get_media(w->api.video, &w->ctx, &ask, &got), ERR_NOT_FOUND,
                  "video_not_found");
    assert_int_equal(got.progress, 77);
    assert_reason(set_media(w, &set), ERR_NOT_FOUND, "video_not_found");
    assert_int_equal(world_told_all(w), 0);
}

/* ---- a database of its own ---- */

static void it_works_on_a_database_of_its_own(void **state)
{
    struct world *w = *state;
    struct changes *changes = changes_create();
    struct sql *db = world_alone(w, video_migrations);
    struct bus *bus = NULL;

    assert_ok(&w->ctx, migrate(db, &w->ctx, &bus_migrations, 1)); /* jobs commit with their video */
    assert_ok(&w->ctx, bus_open(&w->ctx, db, &bus));
    struct video_api *alone = video_create(db, changes, bus, &(struct video_quota){0});
    struct world own = {.api.video = alone, .ctx = {.arena = &w->arena}};
    int64_t video = world_video(&own, 7);

    assert_ids(feed(&own, INT64_MAX, PAGE).ids, video);
    assert_ids(by_author(&own, 7, false, LIST_MAX), video);
    set_state(&own, video, VIDEO_READY, 1000);
    assert_int_equal(media_of(&own, video).progress, 1000);
    assert_int_equal(world_item(&own, video).state, VIDEO_READY);
    video_destroy(alone);
    bus_close(bus);
    changes_destroy(changes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(what_was_published_is_there_at_once),
        WORLD_TEST(a_title_has_1_to_200_characters),
        WORLD_TEST(a_video_without_files_is_refused),
        WORLD_TEST(each_video_waits_once_for_its_transcoder),
        WORLD_TEST(a_video_of_nobody_leaves_nothing),
        WORLD_TEST(works_are_counted_when_published_and_never_else),
        WORLD_TEST(times_rise_also_when_the_clock_stands_or_goes_back),
        WORLD_TEST(videos_come_in_the_order_asked_without_what_is_not_there),
        WORLD_TEST(at_most_500_videos_are_asked_for_at_once),
        WORLD_TEST(an_authors_list_holds_his_own_newest_first),
        WORLD_TEST(what_failed_and_does_not_play_is_for_its_author_alone),
        WORLD_TEST(what_failed_but_plays_stays_shown),
        WORLD_TEST(what_was_hidden_returns_to_its_place_when_it_plays),
        WORLD_TEST(the_job_of_a_video_is_told_as_it_was_set),
        WORLD_TEST(an_asset_tells_whose_it_is),
        WORLD_TEST(new_files_replace_all_but_what_the_upload_was),
        WORLD_TEST(progress_alone_is_no_fact_for_others),
        WORLD_TEST(new_files_are_a_fact_also_in_the_same_state),
        WORLD_TEST(counts_stay_when_files_change),
        WORLD_TEST(a_video_that_is_not_there_has_no_job),
        WORLD_TEST(it_works_on_a_database_of_its_own),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
