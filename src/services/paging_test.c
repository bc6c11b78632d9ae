/* Tests of lists that go on where a page ended: likes, follows, comments, messages, videos. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include <string.h>

#include "limits.h"

enum { PEOPLE = 7, PAGE = 3 };

/* What a page holds, and where the next begins. */
struct piece {
    struct i64_list ids;
    int64_t time, id;
};

typedef struct piece lister(struct world *w, int64_t of, struct piece after);

static struct piece piece_of(struct i64_list ids, struct i64_list times)
{
    assert_int_equal(ids.count, times.count);
    if (!ids.count)
        return (struct piece){0};
    return (struct piece){ids, times.at[ids.count - 1], ids.at[ids.count - 1]};
}

static struct piece likes(struct world *w, int64_t of, struct piece after)
{
    struct favorite_list_req req = {of, PAGE, after.time, after.id, false};
    struct favorite_list_resp resp = {0};

    assert_ok(&w->ctx, favorite_list(w->api.favorite, &w->ctx, &req, &resp));
    return piece_of(resp.video_ids, resp.times);
}

static struct piece relations(struct world *w,
                              struct err *(*list)(struct relation_api *, struct ctx *,
                                                  const struct relation_list_req *,
                                                  struct relation_list_resp *),
                              int64_t of, struct piece after)
{
    struct relation_list_req req = {of, PAGE, after.time, after.id};
    struct relation_list_resp resp = {0};

    assert_ok(&w->ctx, list(w->api.relation, &w->ctx, &req, &resp));
    return piece_of(resp.user_ids, resp.times);
}

static struct piece following(struct world *w, int64_t of, struct piece after)
{
    return relations(w, relation_list_following, of, after);
}

static struct piece followers(struct world *w, int64_t of, struct piece after)
{
    return relations(w, relation_list_followers, of, after);
}

static struct piece friends(struct world *w, int64_t of, struct piece after)
{
    return relations(w, relation_list_friends, of, after);
}

static struct piece comments(struct world *w, int64_t of, struct piece after)
{
    struct comment_list_req req = {of, PAGE, after.time, after.id};
    struct comment_list_resp resp = {0};
    struct i64_list ids, times;

    assert_ok(&w->ctx, comment_list(w->api.comment, &w->ctx, &req, &resp));
    ids = (struct i64_list){arena_array(&w->arena, int64_t, PAGE), resp.comments.count};
    times = (struct i64_list){arena_array(&w->arena, int64_t, PAGE), resp.comments.count};
    for (size_t i = 0; i < ids.count; i++) {
        ids.at[i] = resp.comments.at[i].id;
        times.at[i] = resp.comments.at[i].created_at;
    }
    return piece_of(ids, times);
}

static struct piece videos(struct world *w, int64_t of, struct piece after)
{
    struct video_list_by_author_req req = {of, false, PAGE, after.time, after.id, false};
    struct video_list_resp resp = {0};

    assert_ok(&w->ctx, video_list_by_author(w->api.video, &w->ctx, &req, &resp));
    return piece_of(resp.ids, resp.times);
}

/* The pages, one behind the other, are these ids from the last to the first. */
static void check_walk(struct world *w, lister *list, int64_t of, const int64_t ids[PEOPLE])
{
    struct piece page = {0};
    size_t seen = 0;

    while ((page = list(w, of, page)).ids.count)
        for (size_t i = 0; i < page.ids.count; i++, seen++)
            assert_int_equal(page.ids.at[i], ids[PEOPLE - 1 - seen]);
    assert_int_equal(seen, PEOPLE);
}

static int64_t comment(struct world *w, int64_t user, int64_t video)
{
    struct comment_add_req req = {user, video, STR("well said")};
    struct comment_add_resp resp = {0};

    assert_ok(&w->ctx, comment_add(w->api.comment, &w->ctx, &req, &resp));
    return resp.comment->id;
}

/* All at one time, so that pages end in the middle of what is as old. */
static void pages_of_one_moment_neither_repeat_nor_skip(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), users[PEOPLE], clips[PEOPLE], texts[PEOPLE];

    test_clock_stop(1000);
    for (int i = 0; i < PEOPLE; i++) {
        users[i] = world_user(w, arena_printf(&w->arena, "user %d", i));
        clips[i] = world_video(w, ann);
        texts[i] = comment(w, ann, clips[0]);
        world_like(w, ann, clips[i], true);
        world_follow(w, ann, users[i], true);
        world_follow(w, users[i], ann, true);
    }
    check_walk(w, likes, ann, clips);
    check_walk(w, following, ann, users);
    check_walk(w, followers, ann, users);
    check_walk(w, friends, ann, users);
    check_walk(w, comments, clips[0], texts);
    check_walk(w, videos, ann, clips);
}

static struct message_item_list messages(struct world *w, int64_t viewer, int64_t peer,
                                         int64_t before)
{
    struct message_list_before_req req = {viewer, peer, before, PAGE};
    struct message_list_resp resp = {0};

    assert_ok(&w->ctx, message_list_before(w->api.message, &w->ctx, &req, &resp));
    return resp.messages;
}

/* The two in turns, PEOPLE times. */
static void converse(struct world *w, int64_t one, int64_t other)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct message_send_req send = {i % 2 ? other : one, i % 2 ? one : other, STR("hello")};
        struct message_send_resp sent = {0};

        assert_ok(&w->ctx, message_send(w->api.message, &w->ctx, &send, &sent));
    }
}

static void messages_go_back_in_time_for_both(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), before = 0;
    struct message_item_list page;
    int seen = 0;

    converse(w, bob, ann);
    while ((page = messages(w, ann, bob, before)).count) {
        struct message_item_list same = messages(w, bob, ann, before);

        for (size_t i = 0; i < page.count; i++, seen++) {
            assert_int_equal(page.at[i].id, PEOPLE - seen);
            assert_int_equal(page.at[i].from_id, (page.at[i].id - 1) % 2 ? ann : bob);
            assert_memory_equal(&page.at[i].id, &same.at[i].id, sizeof(int64_t));
        }
        before = page.at[page.count - 1].created_at;
    }
    assert_int_equal(seen, PEOPLE);
}

/* As many rows again, or fewer: one more than lists look at. */
static const char *double_up(struct world *w, int count)
{
    int most = CHOSEN_FROM_MAX + 1 - count;

    return arena_printf(&w->arena,
                        "INSERT INTO favorite_mark SELECT 1, video_id + %d, 1, created_at + %d"
                        " FROM favorite_mark WHERE video_id <= %d;"
                        "INSERT INTO relation_edge SELECT 1, target_id + %d, created_at + %d"
                        " FROM relation_edge WHERE created_at <= %d",
                        count, count, most, count, count, most);
}

/* user 1 likes video i and follows user i at time i, from 1 to one more than is looked at; but
 * video 1 was liked last of all, and only user 1 + CHOSEN_FROM_MAX does not follow back. */
static void crowd(struct world *w)
{
    assert_int_equal(CHOSEN_FROM_MAX, 20000);
    world_change(w, "INSERT INTO favorite_mark VALUES (1, 1, 1, 1);"
                    "INSERT INTO relation_edge VALUES (1, 101, 1)");
    for (int count = 1; count < CHOSEN_FROM_MAX + 1; count *= 2)
        world_change(w, double_up(w, count));
    world_change(w, "UPDATE favorite_mark SET created_at = 99999 WHERE video_id = 1;"
                    "INSERT INTO relation_edge VALUES (101, 1, 1), (102, 1, 1)");
}

static void of_too_many_likes_those_of_the_newest_videos_are_listed(void **state)
{
    struct world *w = *state;

    crowd(w);
    assert_ids(likes(w, 1, (struct piece){0}).ids, 20001, 20000, 19999);
    assert_ids(likes(w, 1, (struct piece){.time = 4, .id = 4}).ids, 3, 2);
    world_change(w, "DELETE FROM favorite_mark WHERE video_id = 20001");
    assert_ids(likes(w, 1, (struct piece){0}).ids, 1, 20000, 19999);
}

static void friends_are_looked_for_among_the_latest_follows(void **state)
{
    struct world *w = *state;

    crowd(w);
    assert_ids(friends(w, 1, (struct piece){0}).ids, 102);
    assert_ids(friends(w, 1, (struct piece){.time = 20001, .id = 20101}).ids, 102, 101);
    assert_ids(friends(w, 1, (struct piece){.time = 2, .id = 102}).ids, 101);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(pages_of_one_moment_neither_repeat_nor_skip),
        WORLD_TEST(messages_go_back_in_time_for_both),
        WORLD_TEST(of_too_many_likes_those_of_the_newest_videos_are_listed),
        WORLD_TEST(friends_are_looked_for_among_the_latest_follows),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
