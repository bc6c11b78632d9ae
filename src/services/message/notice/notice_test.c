/* Tests of notices: what is gathered, what is taken back, what is kept. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

static struct notice_item_list list(struct world *w, int64_t user)
{
    struct notice_list_req req = {.user_id = user, .limit = NOTICES_MAX + 1};
    struct notice_list_resp resp = {0};

    assert_ok(&w->ctx, notice_list(w->api.notice, &w->ctx, &req, &resp));
    return resp.notices;
}

static struct notice_item only(struct world *w, int64_t user)
{
    struct notice_item_list all = list(w, user);

    assert_int_equal(all.count, 1);
    return all.at[0];
}

static void read_all(struct world *w, int64_t user)
{
    struct notice_set_read_req req = {user, INT64_MAX};
    struct notice_set_read_resp resp;

    assert_ok(&w->ctx, notice_set_read(w->api.notice, &w->ctx, &req, &resp));
}

static struct notice_count_unread_resp unread(struct world *w, int64_t user)
{
    struct notice_count_unread_req req = {user};
    struct notice_count_unread_resp resp = {0};

    assert_ok(&w->ctx, notice_count_unread(w->api.notice, &w->ctx, &req, &resp));
    return resp;
}

static int64_t say(struct world *w, int64_t user, int64_t video)
{
    struct comment_add_req req = {.user_id = user, .video_id = video, .text = STR("nice")};
    struct comment_add_resp resp = {0};

    assert_ok(&w->ctx, comment_add(w->api.comment, &w->ctx, &req, &resp));
    return resp.comment->id;
}

static void unsay(struct world *w, int64_t user, int64_t video, int64_t comment)
{
    struct comment_remove_req req = {user, video, comment};
    struct comment_remove_resp resp;

    assert_ok(&w->ctx, comment_remove(w->api.comment, &w->ctx, &req, &resp));
}

static void likes_of_one_video_are_one_notice(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    int64_t video = world_video(w, ann), other = world_video(w, ann);

    world_like(w, bob, video, true);
    world_like(w, eve, video, true);
    struct notice_item n = only(w, ann);

    assert_int_equal(n.kind, NOTICE_LIKE);
    assert_int_equal(n.subject_id, video);
    assert_int_equal(n.count, 2);
    assert_ids(n.actors, eve, bob);
    world_like(w, bob, other, true);
    assert_int_equal(list(w, ann).count, 2);
    assert_int_equal(list(w, bob).count, 0);
}

static void what_one_does_to_oneself_is_no_news(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);

    world_like(w, ann, video, true);
    say(w, ann, video);
    assert_int_equal(list(w, ann).count, 0);
}

static void a_like_that_is_taken_back_is_not_told(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    int64_t video = world_video(w, ann);

    world_like(w, bob, video, true);
    world_like(w, eve, video, true);
    world_like(w, bob, video, false);
    assert_int_equal(only(w, ann).count, 1);
    assert_ids(only(w, ann).actors, eve);
    world_like(w, eve, video, false);
    assert_int_equal(list(w, ann).count, 0);
}

static void liking_again_and_again_is_one_like(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);

    for (int i = 0; i < 3; i++) {
        world_like(w, bob, video, true);
        world_like(w, bob, video, false);
    }
    world_like(w, bob, video, true);
    assert_int_equal(only(w, ann).count, 1);
}

static void three_people_are_named_and_all_are_counted(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann), people[5];

    for (size_t i = 0; i < COUNT(people); i++) {
        people[i] = world_user(w, arena_printf(&w->arena, "user %zu", i));
        world_like(w, people[i], video, true);
    }
    assert_int_equal(only(w, ann).count, 5);
    assert_ids(only(w, ann).actors, people[4], people[3], people[2]);
    world_like(w, people[0], video, false); /* who is not named counts all the same */
    assert_int_equal(only(w, ann).count, 4);
}

static void what_was_read_begins_anew(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");
    int64_t video = world_video(w, ann);

    world_like(w, bob, video, true);
    assert_int_equal(unread(w, ann).notices, 1);
    read_all(w, ann);
    assert_int_equal(unread(w, ann).notices, 0);
    assert_true(only(w, ann).is_read);
    world_like(w, eve, video, true);
    assert_int_equal(unread(w, ann).notices, 1);
    assert_int_equal(only(w, ann).count, 1);
    assert_ids(only(w, ann).actors, eve);
}

static void each_comment_counts_and_the_latest_is_named(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    int64_t first = say(w, bob, video), second = say(w, bob, video);
    struct notice_item n = only(w, ann);

    assert_int_equal(n.kind, NOTICE_COMMENT);
    assert_int_equal(n.count, 2);
    assert_ids(n.actors, bob);
    assert_int_equal(n.comment_id, second);
    unsay(w, bob, video, second);
    unsay(w, ann, video, first);
    assert_int_equal(list(w, ann).count, 0);
}

static void follows_are_one_notice(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), eve = world_user(w, "eve");

    world_follow(w, bob, ann, true);
    world_follow(w, eve, ann, true);
    assert_int_equal(only(w, ann).kind, NOTICE_FOLLOW);
    assert_int_equal(only(w, ann).count, 2);
    world_follow(w, eve, ann, false);
    assert_ids(only(w, ann).actors, bob);
}

static void the_end_of_processing_is_told_once(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct video_set_media_req req = {.id = video, .state = VIDEO_PROCESSING};
    struct video_set_media_resp resp;

    assert_ok(&w->ctx, video_set_media(w->api.video, &w->ctx, &req, &resp));
    assert_int_equal(list(w, ann).count, 0);
    req.state = VIDEO_READY;
    assert_ok(&w->ctx, video_set_media(w->api.video, &w->ctx, &req, &resp));
    assert_int_equal(only(w, ann).kind, NOTICE_PROCESSING);
    read_all(w, ann);
    struct video_set_hidden_req hide = {video, true, STR("")};
    struct video_set_hidden_resp hidden;

    assert_ok(&w->ctx, video_set_hidden(w->api.video, &w->ctx, &hide, &hidden));
    assert_true(only(w, ann).is_read);
}

static void what_is_of_a_video_goes_with_it(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);
    struct video_remove_req req = {.id = video};
    struct video_remove_resp gone = {0};

    world_like(w, bob, video, true);
    say(w, bob, video);
    world_follow(w, bob, ann, true);
    assert_ok(&w->ctx, video_remove(w->api.video, &w->ctx, &req, &gone));
    assert_int_equal(only(w, ann).kind, NOTICE_FOLLOW);
}

static void the_newest_500_are_kept(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob"), video = world_video(w, ann);

    for (int64_t i = 1; i <= NOTICES_MAX; i++)
        world_change(w, arena_printf(&w->arena,
                                     "INSERT INTO notice_group (user_id, kind, subject_id, id, at,"
                                     " since, is_read, count, actor_1, actor_2, actor_3,"
                                     " comment_id) VALUES (%lld, 1, %lld, %lld, %lld, 1, 0, 1, 7,"
                                     " 0, 0, 0)",
                                     (long long)ann, 1000 + (long long)i, 1000 + (long long)i,
                                     (long long)i));
    world_like(w, bob, video, true);
    struct notice_item_list all = list(w, ann);

    assert_int_equal(all.count, NOTICES_MAX);
    assert_int_equal(all.at[0].subject_id, video);
    assert_int_equal(all.at[NOTICES_MAX - 1].subject_id, 1002);
    assert_int_equal(unread(w, ann).notices, UNREAD_MAX);
}

static void people_whose_messages_were_not_delivered_are_counted(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct message_send_req send = {.from_id = bob, .to_id = ann, .content = STR("hi")};
    struct message_send_resp sent = {0};
    struct message_list_req open = {ann, bob, 0, 10};
    struct message_list_resp chat = {0};

    assert_ok(&w->ctx, message_send(w->api.message, &w->ctx, &send, &sent));
    assert_ok(&w->ctx, message_send(w->api.message, &w->ctx, &send, &sent));
    assert_int_equal(unread(w, ann).messages, 1);
    assert_int_equal(unread(w, bob).messages, 0);
    assert_ok(&w->ctx, message_list(w->api.message, &w->ctx, &open, &chat));
    assert_int_equal(unread(w, ann).messages, 0);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(likes_of_one_video_are_one_notice),
        WORLD_TEST(what_one_does_to_oneself_is_no_news),
        WORLD_TEST(a_like_that_is_taken_back_is_not_told),
        WORLD_TEST(liking_again_and_again_is_one_like),
        WORLD_TEST(three_people_are_named_and_all_are_counted),
        WORLD_TEST(what_was_read_begins_anew),
        WORLD_TEST(each_comment_counts_and_the_latest_is_named),
        WORLD_TEST(follows_are_one_notice),
        WORLD_TEST(the_end_of_processing_is_told_once),
        WORLD_TEST(what_is_of_a_video_goes_with_it),
        WORLD_TEST(the_newest_500_are_kept),
        WORLD_TEST(people_whose_messages_were_not_delivered_are_counted),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
