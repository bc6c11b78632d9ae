/* Tests of what only its author may do with a video. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

static struct err *retitle(struct world *w, int64_t id, int64_t author, struct str title)
{
    struct video_retitle_req req = {.id = id, .author_id = author, .title = title};
    struct video_retitle_resp done;

    return video_retitle(w->api.video, &w->ctx, &req, &done);
}

static struct err *take_away(struct world *w, int64_t id, int64_t author, struct str *asset)
{
    struct video_remove_req req = {.id = id, .author_id = author};
    struct video_remove_resp gone = {0};
    struct err *e = video_remove(w->api.video, &w->ctx, &req, &gone);

    *asset = gone.asset;
    return e;
}

static void an_author_gives_his_video_another_title(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);

    assert_ok(&w->ctx, retitle(w, a, ann, STR("another")));
    assert_str(world_item(w, a).title, STR("another"));
    assert_str(world_item(w, b).title, STR("a video"));
    assert_int_equal(world_told(w, &video_item_type, CHANGE_UPDATE), 1);
}

static void another_title_is_held_to_the_same_rules(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann);

    assert_ok(&w->ctx, retitle(w, a, ann, world_text(w, "\xe7\x9f\xad", 200)));
    assert_err(retitle(w, a, ann, world_text(w, "\xe7\x9f\xad", 201)), ERR_INVALID);
    assert_err(retitle(w, a, ann, STR("")), ERR_INVALID);
    assert_err(retitle(w, a, ann, STR("a\x01")), ERR_INVALID);
    assert_str(world_item(w, a).title, world_text(w, "\xe7\x9f\xad", 200));
}

static void nobody_else_changes_or_removes_it(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), a = world_video(w, ann);
    size_t told = world_told_all(w);
    struct str asset;

    assert_err(retitle(w, a, bob, STR("mine")), ERR_FORBIDDEN);
    assert_err(take_away(w, a, bob, &asset), ERR_FORBIDDEN);
    assert_str(world_item(w, a).title, STR("a video"));
    assert_int_equal(world_told_all(w), told);
}

static void of_what_is_hidden_others_do_not_hear_that_it_is_there(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), a = world_video(w, ann);
    struct str asset;

    world_hide(w, a);
    assert_reason(retitle(w, a, bob, STR("mine")), ERR_NOT_FOUND, "video_not_found");
    assert_reason(take_away(w, a, bob, &asset), ERR_NOT_FOUND, "video_not_found");
    assert_reason(retitle(w, 4711, bob, STR("mine")), ERR_NOT_FOUND, "video_not_found");
    assert_ok(&w->ctx, retitle(w, a, ann, STR("mine")));
    assert_ok(&w->ctx, take_away(w, a, ann, &asset));
}

static void its_files_are_the_business_of_a_job_when_its_author_removes_it(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann);
    struct str asset;

    assert_ok(&w->ctx, take_away(w, a, ann, &asset));
    assert_str(asset, world_upload.asset);
    assert_int_equal(world_number(w, "SELECT count(*) FROM bus_job"), 1);
    assert_int_equal(world_number(w, "SELECT job_key FROM bus_job WHERE topic = 'sweep'"),
                     0x0123456789abcdef);
    assert_ok(&w->ctx, take_away(w, a, ann, &asset));
    assert_int_equal(asset.len, 0);
}

static void every_asset_is_the_key_of_a_job(void **state)
{
    (void)state;
    assert_true(video_sweep_key(STR("0000000000000000")) == 0);
    assert_true(video_sweep_key(STR("ffffffffffffffff")) == -1);
    assert_true(video_sweep_key(STR("8000000000000009")) == INT64_MIN + 9);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(an_author_gives_his_video_another_title),
        WORLD_TEST(another_title_is_held_to_the_same_rules),
        WORLD_TEST(nobody_else_changes_or_removes_it),
        WORLD_TEST(of_what_is_hidden_others_do_not_hear_that_it_is_there),
        WORLD_TEST(its_files_are_the_business_of_a_job_when_its_author_removes_it),
        WORLD_TEST(every_asset_is_the_key_of_a_job),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
