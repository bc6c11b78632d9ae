/* Tests of the feed: pages that neither repeat nor skip. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

enum { PAGE = 3, VIDEOS = 10 };

static struct video_list_resp feed(struct world *w, int64_t before, int64_t limit)
{
    struct video_list_feed_req req = {.before = before, .limit = limit};
    struct video_list_resp resp = {0};

    assert_ok(&w->ctx, video_list_feed(w->api.video, &w->ctx, &req, &resp));
    return resp;
}

/* Where the next page begins. */
static int64_t oldest(struct video_list_resp page)
{
    assert_int_equal(page.times.count, page.ids.count);
    return page.times.at[page.times.count - 1];
}

static struct i64_list by_author(struct world *w, int64_t author, bool all, int64_t limit)
{
    struct video_list_by_author_req req = {.author_id = author, .all = all, .limit = limit};
    struct video_list_resp resp = {0};

    assert_ok(&w->ctx, video_list_by_author(w->api.video, &w->ctx, &req, &resp));
    return resp.ids;
}

static void publish_at_one_moment(struct world *w, int64_t *ids, size_t count)
{
    int64_t ann = world_user(w, "ann");

    test_clock_stop(1000);
    for (size_t i = 0; i < count; i++)
        ids[i] = world_video(w, ann);
}

static void pages_neither_repeat_nor_skip_videos_of_one_moment(void **state)
{
    struct world *w = *state;
    int64_t ids[VIDEOS], before = INT64_MAX;
    size_t seen = 0;

    publish_at_one_moment(w, ids, VIDEOS);
    for (struct video_list_resp page; (page = feed(w, before, PAGE)).ids.count;) {
        for (size_t i = 0; i < page.ids.count; i++)
            assert_int_equal(page.ids.at[i], ids[VIDEOS - ++seen]);
        before = oldest(page);
        assert_int_equal(before, world_item(w, page.ids.at[page.ids.count - 1]).created_at);
    }
    assert_int_equal(seen, VIDEOS);
}

static void what_comes_and_goes_between_pages_disturbs_no_page(void **state)
{
    struct world *w = *state;
    int64_t ids[VIDEOS];

    publish_at_one_moment(w, ids, VIDEOS);
    struct video_list_resp first = feed(w, INT64_MAX, PAGE);

    assert_ids(first.ids, ids[9], ids[8], ids[7]);
    world_video(w, world_user(w, "bob"));
    world_hide(w, ids[8]);
    world_hide(w, ids[5]);
    struct video_list_resp second = feed(w, oldest(first), PAGE);

    assert_ids(second.ids, ids[6], ids[4], ids[3]);
    world_hide(w, ids[3]); /* the one that the next page begins after */
    assert_ids(feed(w, oldest(second), PAGE).ids, ids[2], ids[1], ids[0]);
}

static void a_feed_ends_with_an_empty_page(void **state)
{
    struct world *w = *state;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct video_list_resp end = feed(w, world_item(w, video).created_at, PAGE);

    assert_int_equal(end.ids.count, 0); /* its own time is not before it */
    assert_ids(feed(w, world_item(w, video).created_at + 1, PAGE).ids, video);
}

static void order_is_by_time_whatever_the_ids(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann) + 500;

    world_change(w, "UPDATE video_item SET id = id + 500;"
                    "UPDATE video_count SET video_id = video_id + 500");
    int64_t b = world_video(w, ann), d = world_video(w, ann);

    assert_true(b < d && d < a);
    assert_ids(feed(w, INT64_MAX, PAGE).ids, d, b, a);
    assert_ids(by_author(w, ann, false, PAGE), d, b, a);
    assert_ids(feed(w, oldest(feed(w, INT64_MAX, 1)), PAGE).ids, b, a);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(pages_neither_repeat_nor_skip_videos_of_one_moment),
        WORLD_TEST(what_comes_and_goes_between_pages_disturbs_no_page),
        WORLD_TEST(a_feed_ends_with_an_empty_page),
        WORLD_TEST(order_is_by_time_whatever_the_ids),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
