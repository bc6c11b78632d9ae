/* Tests of what viewers saw and want: bounded, and honoured by the ranking. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "limits.h"
#include "world.h"

enum { SOME = 5 };

struct fixture {
    int64_t ann, eve, videos[SOME]; /* newest last */
};

static struct fixture fill(struct world *w)
{
    struct fixture f = {world_user(w, "ann"), world_user(w, "eve"), {0}};

    for (int i = 0; i < SOME; i++)
        f.videos[i] = world_video(w, f.ann);
    return f;
}

static struct err *see(struct world *w, int64_t viewer, const int64_t *videos, size_t count)
{
    struct video_seen *seen = arena_array(&w->arena, struct video_seen, count);

    for (size_t i = 0; i < count; i++)
        seen[i] = (struct video_seen){videos[i], 100};
    struct video_mark_seen_req req = {.viewer_id = viewer, .seen = {seen, count}};
    struct video_mark_seen_resp done;

    return video_mark_seen(w->api.video, &w->ctx, &req, &done);
}

static struct err *unwant(struct world *w, int64_t viewer, int64_t video)
{
    struct video_unwant_req req = {viewer, video};
    struct video_unwant_resp done;

    return video_unwant(w->api.video, &w->ctx, &req, &done);
}

static struct video_list_for_you_resp for_you(struct world *w, int64_t viewer,
                                              struct video_for_you_place from, int64_t limit)
{
    struct video_list_for_you_req req = {
        .viewer_id = viewer, .from = &from, .limit = limit, .with_items = true};
    struct video_list_for_you_resp list = {0};

    assert_ok(&w->ctx, video_list_for_you(w->api.video, &w->ctx, &req, &list));
    assert_int_equal(list.items.count, list.ids.count);
    return list;
}

static const struct video_for_you_place newest = {INT64_MAX, false};

static void a_page_goes_from_unseen_to_seen(void **state)
{
    struct world *w = *state;
    struct fixture f = fill(w);
    const int64_t *v = f.videos;

    assert_ok(&w->ctx, see(w, f.eve, (const int64_t[]){v[4], v[1]}, 2));
    struct video_list_for_you_resp a = for_you(w, f.eve, newest, 2);

    assert_ids(a.ids, v[3], v[2]);
    assert_false(a.next->seen);
    a = for_you(w, f.eve, *a.next, 2);
    assert_ids(a.ids, v[0], v[4]);
    assert_true(a.next->seen);
    a = for_you(w, f.eve, *a.next, 2);
    assert_ids(a.ids, v[1]);
    assert_int_equal(a.next->before, 0);
}

static void what_is_not_wanted_is_in_no_page(void **state)
{
    struct world *w = *state;
    struct fixture f = fill(w);
    const int64_t *v = f.videos;

    assert_ok(&w->ctx, see(w, f.eve, (const int64_t[]){v[4], v[1]}, 2));
    assert_ok(&w->ctx, unwant(w, f.eve, v[4]));
    assert_ok(&w->ctx, unwant(w, f.eve, v[3]));
    assert_ids(for_you(w, f.eve, newest, 9).ids, v[2], v[0], v[1]);
    assert_ids(for_you(w, f.ann, newest, 9).ids, v[4], v[3], v[2], v[1], v[0]);
}

static void what_is_hidden_or_gone_is_not_remembered(void **state)
{
    struct world *w = *state;
    struct fixture f = fill(w);

    world_hide(w, f.videos[0]);
    assert_reason(unwant(w, f.eve, f.videos[0]), ERR_NOT_FOUND, "video_not_found");
    assert_reason(unwant(w, f.eve, 4711), ERR_NOT_FOUND, "video_not_found");
    assert_ok(&w->ctx, see(w, f.eve, (const int64_t[]){4711}, 1));
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_seen"), 0);
}

static void the_newest_are_remembered(void **state)
{
    struct world *w = *state;
    struct fixture f = fill(w);

    world_change(w, arena_printf(&w->arena,
                                 "INSERT INTO video_seen (viewer_id, video_id, video_at,"
                                 " watched_ms) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT"
                                 " i + 1 FROM n WHERE i < %d) SELECT %d, 100000 + i, i, 0 FROM n",
                                 SEEN_MAX, (int)f.eve));
    assert_ok(&w->ctx, see(w, f.eve, f.videos, 2));
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_seen"), SEEN_MAX);
    assert_int_equal(world_number(w, "SELECT min(video_at) FROM video_seen"), 3);
    for (int i = 0; i < 3; i++)
        assert_ok(&w->ctx, unwant(w, f.eve, f.videos[i]));
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_unwanted"), 3);
}

static void reports_are_bounded(void **state)
{
    struct world *w = *state;
    struct fixture f = fill(w);
    int64_t many[SEEN_BATCH_MAX + 1];

    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = f.videos[0];
    assert_ok(&w->ctx, see(w, f.eve, many, SEEN_BATCH_MAX));
    assert_err(see(w, f.eve, many, SEEN_BATCH_MAX + 1), ERR_INVALID);
}

static struct video_list_resp of_authors(struct world *w, struct i64_list authors, int64_t before,
                                         int64_t limit)
{
    struct video_list_by_authors_req req = {
        .author_ids = authors, .before = before, .limit = limit, .with_items = true};
    struct video_list_resp list = {0};

    assert_ok(&w->ctx, video_list_by_authors(w->api.video, &w->ctx, &req, &list));
    return list;
}

static void videos_of_some_authors_come_newest_first_however_old(void **state)
{
    struct world *w = *state;
    struct fixture f = fill(w);
    int64_t bob = world_user(w, "bob"), b = world_video(w, bob), *v = f.videos;
    int64_t both[] = {f.ann, bob}, only[] = {bob}, nobody[] = {f.eve};

    world_change(w, "UPDATE video_item SET created_at = 1000 + id WHERE id <= 2"); /* years ago */
    assert_ids(of_authors(w, (struct i64_list){both, 2}, INT64_MAX, 9).ids, b, v[4], v[3], v[2],
               v[1], v[0]);
    assert_ids(of_authors(w, (struct i64_list){only, 1}, INT64_MAX, 9).ids, b);
    assert_int_equal(of_authors(w, (struct i64_list){nobody, 1}, INT64_MAX, 9).ids.count, 0);
    assert_int_equal(of_authors(w, (struct i64_list){0}, INT64_MAX, 9).ids.count, 0);
    struct video_list_resp first = of_authors(w, (struct i64_list){both, 2}, INT64_MAX, 4);
    struct video_list_resp second = of_authors(w, (struct i64_list){both, 2}, first.times.at[3], 4);

    assert_ids(first.ids, b, v[4], v[3], v[2]);
    assert_ids(second.ids, v[1], v[0]);
}

static void more_of_one_day_than_a_look_takes_are_all_found(void **state)
{
    enum { MANY = 300 };
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), before = INT64_MAX;
    size_t found = 0;

    for (int i = 0; i < MANY; i++)
        (void)world_video(w, ann);
    for (;;) {
        struct video_list_resp page = of_authors(w, (struct i64_list){&ann, 1}, before, PAGE_MAX);

        found += page.ids.count;
        if (page.ids.count < PAGE_MAX)
            break;
        before = page.times.at[page.ids.count - 1];
    }
    assert_int_equal(found, MANY);
    world_change(w, arena_printf(&w->arena,
                                 "INSERT INTO video_unwanted (viewer_id, video_id, video_at)"
                                 " SELECT 0, id, created_at FROM video_item WHERE id > %d",
                                 MANY - PAGE_MAX));
    assert_int_equal(of_authors(w, (struct i64_list){&ann, 1}, INT64_MAX, PAGE_MAX).ids.at[0],
                     MANY - PAGE_MAX);
    assert_int_equal(of_authors(w, (struct i64_list){&ann, 1}, INT64_MAX, PAGE_MAX).ids.count,
                     PAGE_MAX);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_page_goes_from_unseen_to_seen),
        WORLD_TEST(what_is_not_wanted_is_in_no_page),
        WORLD_TEST(what_is_hidden_or_gone_is_not_remembered),
        WORLD_TEST(the_newest_are_remembered),
        WORLD_TEST(reports_are_bounded),
        WORLD_TEST(videos_of_some_authors_come_newest_first_however_old),
        WORLD_TEST(more_of_one_day_than_a_look_takes_are_all_found),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
