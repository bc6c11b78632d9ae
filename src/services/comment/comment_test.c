/* Tests of the comment service: who may write and delete what, and in which order it is read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

enum { STEPS = 200 };

static struct err *add(struct world *w, int64_t user, int64_t video, struct str text,
                       struct comment_item *out)
{
    struct comment_add_req req = {.user_id = user, .video_id = video, .text = text};
    struct comment_add_resp resp = {0};

    TRY(comment_add(w->api.comment, &w->ctx, &req, &resp));
    *out = *resp.comment;
    return NULL;
}

static int64_t say(struct world *w, int64_t user, int64_t video)
{
    struct comment_item item = {0};

    assert_ok(&w->ctx, add(w, user, video, STR("nice"), &item));
    return item.id;
}

static struct err *take_away(struct world *w, int64_t user, int64_t video, int64_t id)
{
    struct comment_remove_req req = {.user_id = user, .video_id = video, .comment_id = id};
    struct comment_remove_resp resp;

    return comment_remove(w->api.comment, &w->ctx, &req, &resp);
}

static struct comment_item_list list(struct world *w, int64_t video, int64_t limit)
{
    struct comment_list_req req = {.video_id = video, .limit = limit};
    struct comment_list_resp resp = {0};

    assert_ok(&w->ctx, comment_list(w->api.comment, &w->ctx, &req, &resp));
    return resp.comments;
}

static struct i64_list ids(struct world *w, int64_t video, int64_t limit)
{
    struct comment_item_list found = list(w, video, limit);
    struct i64_list out = {arena_array(&w->arena, int64_t, found.count), found.count};

    for (size_t i = 0; i < found.count; i++)
        out.at[i] = found.at[i].id;
    return out;
}

/* ---- posting ---- */

static void who_is_blocked_cannot_comment(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    struct relation_set_block_req block = {ann, bob, true};
    struct relation_set_block_resp done;
    struct comment_item item;

    assert_ok(&w->ctx, relation_set_block(w->api.relation, &w->ctx, &block, &done));
    assert_reason(add(w, bob, video, STR("hello"), &item), ERR_FORBIDDEN, "blocked");
    assert_ids(ids(w, video, LIST_MAX));
    say(w, ann, video);
}

static void a_comment_comes_back_and_is_listed_at_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    struct comment_item got = {0};

    test_clock_stop(1234567);
    assert_ok(&w->ctx, add(w, bob, video, STR("\xe5\xa5\xbd"), &got));
    struct comment_item_list all = list(w, video, LIST_MAX);

    assert_true(got.id > 0);
    assert_int_equal(all.count, 1);
    assert_int_equal(all.at[0].id, got.id);
    assert_int_equal(all.at[0].user_id, bob);
    assert_int_equal(all.at[0].video_id, video);
    assert_str(all.at[0].text, STR("\xe5\xa5\xbd"));
    assert_int_equal(all.at[0].created_at, 1234567);
    assert_int_equal(got.created_at, 1234567);
    assert_int_equal(world_told(w, &comment_item_type, CHANGE_INSERT), 1);
}

static void a_comment_is_trimmed(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct comment_item got = {0};

    assert_ok(&w->ctx, add(w, ann, video, STR(" \r\n well\n done\t "), &got));
    assert_str(got.text, STR("well\n done"));
    assert_str(list(w, video, 1).at[0].text, STR("well\n done"));
}

static void a_comment_has_1_to_500_characters(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    const struct {
        struct str text;
        bool ok;
    } cases[] = {
        {STR("x"), true},
        {world_text(w, "\xf0\x9f\x98\x80", COMMENT_MAX_CHARS), true},
        {STR("a\nb\tc\r\nd"), true},
        {arena_str(&w->arena, "  " STR_FMT "  ", STR_ARG(world_text(w, "x", COMMENT_MAX_CHARS))),
         true},
        {world_text(w, "x", COMMENT_MAX_CHARS + 1), false},
        {STR(""), false},
        {STR(" \t\n"), false},
        {STR("a\0b"), false},
        {STR("a\rb"), false},
        {STR("a\x07"), false},
        {STR("a\xc2\x9f"), false},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct comment_item got = {0};
        struct err *e = add(w, ann, video, cases[i].text, &got);

        assert_int_equal(e == NULL, cases[i].ok);
        if (e)
            assert_reason(e, ERR_INVALID, "bad_text");
    }
    assert_int_equal(world_item(w, video).comment_count, 4);
}

/* The wire refuses it before the service does, so no reason is asked for. */
static void a_comment_that_is_not_utf8_is_refused(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct comment_item got = {0};

    assert_err(add(w, ann, video, STR("a\xff"), &got), ERR_INVALID);
    assert_err(add(w, ann, video, STR("\xc0\xaf"), &got), ERR_INVALID);
    assert_int_equal(list(w, video, LIST_MAX).count, 0);
}

static void a_video_that_is_not_there_has_no_comments(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    struct comment_item got = {.id = 77};

    assert_reason(add(w, ann, 4711, STR("x"), &got), ERR_NOT_FOUND, "video_not_found");
    assert_int_equal(got.id, 77);
    assert_int_equal(list(w, 4711, LIST_MAX).count, 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM comment_item"), 0);
    assert_int_equal(world_told_all(w), 0);
}

/* ---- reading ---- */

static void the_newest_comment_stands_first(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    test_clock_stop(2000);
    int64_t a = say(w, ann, video);
    int64_t b = say(w, ann, video); /* of the same moment: by id */

    test_clock_stop(3000);
    int64_t d = say(w, ann, video);

    test_clock_stop(1000); /* the clock was set back */
    int64_t e = say(w, ann, video);

    assert_ids(ids(w, video, LIST_MAX), d, b, a, e);
    assert_ids(ids(w, video, 2), d, b);
}

static void order_is_by_time_whatever_the_ids(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    test_clock_stop(1000);
    int64_t a = say(w, ann, video) + 500;

    world_change(w, "UPDATE comment_item SET id = id + 500");
    test_clock_stop(2000);
    int64_t b = say(w, ann, video);

    assert_true(b < a);
    assert_ids(ids(w, video, LIST_MAX), b, a);
}

static void a_list_holds_the_comments_of_its_video_alone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);
    int64_t first = say(w, ann, a), second = say(w, ann, b);

    assert_ids(ids(w, a, LIST_MAX), first);
    assert_ids(ids(w, b, LIST_MAX), second);
}

/* ---- deleting ---- */

static void its_writer_may_delete_a_comment(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    int64_t kept = say(w, bob, video), comment = say(w, bob, video);

    assert_ok(&w->ctx, take_away(w, bob, video, comment));
    assert_ids(ids(w, video, LIST_MAX), kept);
    assert_int_equal(world_item(w, video).comment_count, 1);
    assert_int_equal(world_told(w, &comment_item_type, CHANGE_DELETE), 1);
}

static void the_videos_author_may_delete_a_comment(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);

    assert_ok(&w->ctx, take_away(w, ann, video, say(w, bob, video)));
    assert_int_equal(list(w, video, LIST_MAX).count, 0);
}

static void nobody_else_may_delete_a_comment(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    int64_t comment = say(w, ann, video);

    world_video(w, bob); /* an author, but not of this one */
    assert_err(take_away(w, bob, video, comment), ERR_FORBIDDEN);
    assert_err(take_away(w, 0, video, comment), ERR_FORBIDDEN);
    assert_ids(ids(w, video, LIST_MAX), comment);
    assert_int_equal(world_item(w, video).comment_count, 1);
}

static void a_comment_is_deleted_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann), comment = say(w, ann, video);

    say(w, ann, video);
    assert_ok(&w->ctx, take_away(w, ann, video, comment));
    assert_reason(take_away(w, ann, video, comment), ERR_NOT_FOUND, "comment_not_found");
    assert_int_equal(world_item(w, video).comment_count, 1);
}

static void a_comment_is_found_under_its_own_video_alone(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), a = world_video(w, ann), b = world_video(w, ann);
    int64_t comment = say(w, ann, a);

    assert_reason(take_away(w, ann, b, comment), ERR_NOT_FOUND, "comment_not_found");
    assert_reason(take_away(w, ann, a, 4711), ERR_NOT_FOUND, "comment_not_found");
    assert_ids(ids(w, a, LIST_MAX), comment);
}

/* ---- counts ---- */

static void whatever_people_do_counts_equal_the_rows(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), videos[] = {world_video(w, ann), world_video(w, ann)};
    uint32_t dice = 1;

    for (size_t i = 0; i < STEPS; i++) {
        dice = dice * 1664525 + 1013904223;
        int64_t video = videos[(dice >> 16) % COUNT(videos)];
        struct i64_list all = ids(w, video, LIST_MAX);

        if (dice >> 31 && all.count)
            assert_ok(&w->ctx, take_away(w, ann, video, all.at[(dice >> 8) % all.count]));
        else
            say(w, ann, video);
    }
    assert_true(world_number(w, "SELECT count(*) FROM comment_item") > 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM video_count WHERE comment_count <>"
                                     " (SELECT count(*) FROM comment_item AS i"
                                     " WHERE i.video_id = video_count.video_id)"),
                     0);
}

/* ---- a database of its own ---- */

static void it_works_on_a_database_of_its_own(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    struct changes *changes = changes_create();
    struct comment_api *alone = comment_create(world_alone(w, comment_migrations), changes,
                                               w->api.video, w->api.user, w->api.relation);
    struct world own = {.api.comment = alone, .ctx = {.arena = &w->arena}};
    int64_t comment = say(&own, bob, video);

    assert_int_equal(list(&own, video, LIST_MAX).at[0].id, comment);
    assert_ok(&w->ctx, take_away(&own, ann, video, comment));
    assert_int_equal(list(&own, video, LIST_MAX).count, 0);
    comment_destroy(alone);
    changes_destroy(changes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_comment_comes_back_and_is_listed_at_once),
        WORLD_TEST(who_is_blocked_cannot_comment),
        WORLD_TEST(a_comment_is_trimmed),
        WORLD_TEST(a_comment_has_1_to_500_characters),
        WORLD_TEST(a_comment_that_is_not_utf8_is_refused),
        WORLD_TEST(a_video_that_is_not_there_has_no_comments),
        WORLD_TEST(the_newest_comment_stands_first),
        WORLD_TEST(order_is_by_time_whatever_the_ids),
        WORLD_TEST(a_list_holds_the_comments_of_its_video_alone),
        WORLD_TEST(its_writer_may_delete_a_comment),
        WORLD_TEST(the_videos_author_may_delete_a_comment),
        WORLD_TEST(nobody_else_may_delete_a_comment),
        WORLD_TEST(a_comment_is_deleted_once),
        WORLD_TEST(a_comment_is_found_under_its_own_video_alone),
        WORLD_TEST(whatever_people_do_counts_equal_the_rows),
        WORLD_TEST(it_works_on_a_database_of_its_own),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
