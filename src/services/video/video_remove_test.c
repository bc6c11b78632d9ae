/* Tests of removing videos: what goes with one, and what stays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static struct err *remove_it(struct world *w, int64_t id, struct video_remove_resp *out)
{
    struct video_remove_req req = {.id = id};

    return video_remove(w->api.video, &w->ctx, &req, out);
}

static void removed(struct world *w, int64_t id)
{
    struct video_remove_resp gone = {0};

    assert_ok(&w->ctx, remove_it(w, id, &gone));
    assert_str(gone.asset, world_upload.asset);
}

static int64_t comment(struct world *w, int64_t user, int64_t video)
{
    struct comment_add_req req = {.user_id = user, .video_id = video, .text = STR("nice")};
    struct comment_add_resp done = {0};

    assert_ok(&w->ctx, comment_add(w->api.comment, &w->ctx, &req, &done));
    return done.comment->id;
}

static void a_removed_video_is_in_no_list(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);
    struct video_list_feed_req feed = {.before = INT64_MAX, .limit = 9};
    struct video_list_by_author_req works = {.author_id = ann, .all = true, .limit = 9};
    struct video_get_media_req media = {.id = a};
    struct video_get_media_resp nothing = {0};
    struct video_list_resp list = {0};

    removed(w, a);
    assert_ok(&w->ctx, video_list_feed(w->api.video, &w->ctx, &feed, &list));
    assert_ids(list.ids, b);
    assert_ok(&w->ctx, video_list_by_author(w->api.video, &w->ctx, &works, &list));
    assert_ids(list.ids, b);
    assert_reason(video_get_media(w->api.video, &w->ctx, &media, &nothing), ERR_NOT_FOUND,
                  "video_not_found");
    assert_int_equal(world_told(w, &video_item_type, CHANGE_DELETE), 1);
}

static void the_author_loses_the_work_and_its_likes(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    int64_t a = world_video(w, ann), b = world_video(w, ann);

    world_like(w, ann, a, true);
    world_like(w, bob, a, true);
    world_like(w, bob, b, true);
    removed(w, a);
    assert_int_equal(world_profile(w, ann).work_count, 1);
    assert_int_equal(world_profile(w, ann).total_favorited, 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_count"), 1);
}

static void its_room_is_free_for_another(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann);

    world_change(w, "UPDATE video_item SET bytes = 100");
    world_change(w, "UPDATE video_usage SET bytes = 100");
    int64_t b = world_video(w, ann);

    removed(w, a);
    assert_int_equal(world_number(w, "SELECT videos FROM video_usage"), 1);
    assert_int_equal(world_number(w, "SELECT bytes FROM video_usage"), world_item(w, b).bytes);
    assert_int_equal(world_number(w, "SELECT pending FROM video_usage"), 1);
}

static void likes_stay_with_those_who_gave_them(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), a = world_video(w, ann);
    struct favorite_set_req unlike = {.user_id = bob, .video_id = a};
    struct favorite_set_resp done = {0};

    world_like(w, bob, a, true);
    removed(w, a);
    assert_int_equal(world_profile(w, bob).favorite_count, 1);
    assert_int_equal(world_number(w, "SELECT count(*) FROM favorite_mark"), 1);
    assert_reason(favorite_set(w->api.favorite, &w->ctx, &unlike, &done), ERR_NOT_FOUND,
                  "video_not_found");
}

static void its_comments_go_and_no_others(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);

    comment(w, ann, a);
    comment(w, ann, a);
    int64_t stays = comment(w, ann, b);

    removed(w, a);
    assert_int_equal(world_number(w, "SELECT count(*) FROM comment_item"), 1);
    assert_int_equal(world_number(w, "SELECT id FROM comment_item"), stays);
    assert_int_equal(world_item(w, b).comment_count, 1);
}

static void its_jobs_go_and_no_others(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);

    world_change(w, "UPDATE bus_job SET state = 2 WHERE job_key = 1");
    assert_ok(&w->ctx, bus_publish(w->bus, &w->ctx, STR(VIDEO_TOPIC), a));
    removed(w, a);
    assert_int_equal(world_number(w, "SELECT count(*) FROM bus_job"), 1);
    assert_int_equal(world_number(w, "SELECT job_key FROM bus_job"), b);
}

static void what_is_not_there_is_removed_already(void **state)
{
    struct world *w = *state;
    int64_t a = world_video(w, world_user(w, "ann"));
    struct video_remove_resp gone = {0};

    removed(w, a);
    size_t told = world_told_all(w);

    assert_ok(&w->ctx, remove_it(w, a, &gone));
    assert_int_equal(gone.asset.len, 0);
    assert_ok(&w->ctx, remove_it(w, 4711, &gone));
    assert_int_equal(gone.asset.len, 0);
    assert_int_equal(world_told_all(w), told);
    assert_int_equal(world_number(w, "SELECT work_count FROM user_count"), 0);
}

/* Whoever asks hears whether it was there: asked twice, somebody would hear that it was not. */
static void a_removal_is_sent_once(void **state)
{
    (void)state;
    for (size_t i = 0; i < video_service.count; i++)
        if (str_ends(str_of(video_service.methods[i].path), STR("/Remove"))) {
            assert_false(video_service.methods[i].idempotent);
            return;
        }
    fail_msg("videos cannot be removed");
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_removed_video_is_in_no_list),
        WORLD_TEST(the_author_loses_the_work_and_its_likes),
        WORLD_TEST(its_room_is_free_for_another),
        WORLD_TEST(likes_stay_with_those_who_gave_them),
        WORLD_TEST(its_comments_go_and_no_others),
        WORLD_TEST(its_jobs_go_and_no_others),
        WORLD_TEST(what_is_not_there_is_removed_already),
        WORLD_TEST(a_removal_is_sent_once),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
