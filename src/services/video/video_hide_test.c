/* Tests of hiding: what is hidden is its author's alone, whatever becomes of its job. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

static struct err *try_hide(struct world *w, int64_t id, bool hidden, struct str reason,
                            bool *changed)
{
    struct video_set_hidden_req req = {id, hidden, reason};
    struct video_set_hidden_resp resp = {0};

    TRY(video_set_hidden(w->api.video, &w->ctx, &req, &resp));
    *changed = resp.changed;
    return NULL;
}

static bool hide(struct world *w, int64_t id, bool hidden)
{
    bool changed = false;

    assert_ok(&w->ctx, try_hide(w, id, hidden, STR("spam"), &changed));
    return changed;
}

static struct i64_list feed(struct world *w)
{
    struct video_list_feed_req req = {.before = INT64_MAX, .limit = FEED_PAGE};
    struct video_list_resp resp = {0};

    assert_ok(&w->ctx, video_list_feed(w->api.video, &w->ctx, &req, &resp));
    return resp.ids;
}

static void end_job(struct world *w, int64_t id, enum video_state state)
{
    struct video_set_media_req req = {.id = id, .state = state};
    struct video_set_media_resp resp;

    assert_ok(&w->ctx, video_set_media(w->api.video, &w->ctx, &req, &resp));
}

static void a_hidden_video_is_not_in_the_feed_until_it_is_shown_again(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bad = world_video(w, ann), good = world_video(w, ann);

    assert_true(hide(w, bad, true));
    assert_ids(feed(w), good);
    assert_false(world_item(w, bad).shown);
    assert_true(world_item(w, bad).hidden_at > 0);
    assert_true(hide(w, bad, false));
    assert_ids(feed(w), good, bad);
    assert_int_equal(world_item(w, bad).hidden_at, 0);
}

static void hiding_twice_is_once_but_for_the_reason(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct video_get_media_req req = {video};
    struct video_get_media_resp media = {0};
    bool changed = false;

    assert_true(hide(w, video, true));
    int64_t at = world_item(w, video).hidden_at;

    assert_ok(&w->ctx, try_hide(w, video, true, STR("fraud"), &changed));
    assert_false(changed);
    assert_int_equal(world_item(w, video).hidden_at, at);
    assert_ok(&w->ctx, video_get_media(w->api.video, &w->ctx, &req, &media));
    assert_str(media.hide_reason, STR("fraud"));
    assert_true(hide(w, video, false));
    assert_false(hide(w, video, false));
    assert_ok(&w->ctx, video_get_media(w->api.video, &w->ctx, &req, &media));
    assert_str(media.hide_reason, STR(""));
}

static void a_job_that_ends_does_not_show_what_is_hidden(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));

    hide(w, video, true);
    end_job(w, video, VIDEO_READY);
    assert_ids(feed(w));
    hide(w, video, false);
    assert_ids(feed(w), video);
}

static void what_failed_is_not_shown_by_being_restored(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));

    hide(w, video, true);
    world_hide(w, video); /* its job failed */
    hide(w, video, false);
    assert_ids(feed(w));
}

static void who_asks_for_its_files_hears_that_it_is_hidden_and_whose_it_is(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct video_find_asset_req req = {world_item(w, video).media->asset};
    struct video_find_asset_resp found = {0};

    hide(w, video, true);
    assert_ok(&w->ctx, video_find_asset(w->api.video, &w->ctx, &req, &found));
    assert_true(found.hidden);
    assert_int_equal(found.author_id, ann);
    assert_int_equal(found.id, video);
}

static void others_cannot_like_or_comment_on_what_is_hidden(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    struct favorite_set_req like = {bob, video, true};
    struct favorite_set_resp liked;
    struct comment_add_req say = {.user_id = bob, .video_id = video, .text = STR("hello")};
    struct comment_add_resp said = {0};

    hide(w, video, true);
    assert_reason(favorite_set(w->api.favorite, &w->ctx, &like, &liked), ERR_NOT_FOUND,
                  "video_not_found");
    assert_reason(comment_add(w->api.comment, &w->ctx, &say, &said), ERR_NOT_FOUND,
                  "video_not_found");
    say.user_id = ann;
    assert_ok(&w->ctx, comment_add(w->api.comment, &w->ctx, &say, &said));
}

static void what_is_not_there_or_too_long_is_refused(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct str reason = world_text(w, "x", HIDE_REASON_MAX_CHARS + 1);
    bool changed;

    assert_reason(try_hide(w, video + 1, true, STR(""), &changed), ERR_NOT_FOUND,
                  "video_not_found");
    assert_int_equal(try_hide(w, video, true, reason, &changed)->code, ERR_INVALID);
    assert_int_equal(world_item(w, video).hidden_at, 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_hidden_video_is_not_in_the_feed_until_it_is_shown_again),
        WORLD_TEST(hiding_twice_is_once_but_for_the_reason),
        WORLD_TEST(a_job_that_ends_does_not_show_what_is_hidden),
        WORLD_TEST(what_failed_is_not_shown_by_being_restored),
        WORLD_TEST(who_asks_for_its_files_hears_that_it_is_hidden_and_whose_it_is),
        WORLD_TEST(others_cannot_like_or_comment_on_what_is_hidden),
        WORLD_TEST(what_is_not_there_or_too_long_is_refused),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
