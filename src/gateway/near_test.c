/* Tests of the near cache: filled on demand, and true after every commit. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_fixture.h"
#include "near_values.h"

enum { SMALL_ROOM = 64 << 10, CROWD = 300 };

static void send_text(struct world *w, int64_t from, int64_t to)
{
    struct message_send_req req = {.from_id = from, .to_id = to, .content = STR("hi")};
    struct message_send_resp resp = {0};

    assert_ok(&w->ctx, message_send(w->api.message, &w->ctx, &req, &resp));
}

static bool contains(struct str text, const char *part)
{
    return text.len && memmem(text.ptr, text.len, part, strlen(part));
}

/* ---- filling ---- */

static void what_was_looked_at_is_in_memory(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), video = world_video(f->w, ann);

    assert_true(contains(user_of(f, ann).piece[0], "ann"));
    assert_true(contains(video_of(f, video).piece[0], "a video"));
    assert_int_equal(session_of(f, ann), 1);
    uint64_t misses = near_stats(f->near).misses;

    world_change(f->w, "DELETE FROM user_account");
    world_change(f->w, "DELETE FROM video_item");
    assert_int_equal(user_of(f, ann).id, ann);
    assert_int_equal(video_of(f, video).id, video);
    assert_int_equal(session_of(f, ann), 1);
    assert_int_equal(near_stats(f->near).misses, misses);
}

static struct user_login login_of(struct fixture *f, const struct user_find_login_req *key)
{
    struct user_login found;

    assert_ok(&f->w->ctx, near_login(f->near, &f->w->ctx, key, &found));
    return found;
}

/* Bytes that a login's hash has, and the key that they make. */
#define HASH "0123456789012345678901234567890123456789ab"
static struct user_find_login_req sign_in(struct fixture *f, int64_t user, int64_t id)
{
    struct user_add_login_req login = {user, id, STR(HASH "c"), 1, STR("a browser")};
    struct user_add_login_resp done = {0};

    assert_ok(&f->w->ctx, user_add_login(f->w->api.user, &f->w->ctx, &login, &done));
    return (struct user_find_login_req){user, id, STR(HASH "c")};
}

static void a_login_is_in_memory_until_it_changes(void **state)
{
    struct fixture *f = *state;
    struct user_find_login_req key = sign_in(f, world_user(f->w, "ann"), 7);
    struct user_end_login_req end = {key.user_id, key.id, 0};
    struct user_end_login_resp ended = {0};
    struct user_see_login_req see = {key.user_id, key.id};
    struct user_see_login_resp seen = {0};

    assert_int_equal(login_of(f, &key).session, 1);
    uint64_t misses = near_stats(f->near).misses;

    world_change(f->w, "UPDATE user_login SET seen_at = 7");
    assert_int_not_equal(login_of(f, &key).seen_at, 7);
    assert_int_equal(near_stats(f->near).misses, misses);
    assert_ok(&f->w->ctx, user_see_login(f->w->api.user, &f->w->ctx, &see, &seen));
    assert_true(login_of(f, &key).seen_at > 7);
    assert_ok(&f->w->ctx, user_end_login(f->w->api.user, &f->w->ctx, &end, &ended));
    assert_int_equal(login_of(f, &key).id, 0);
}

static void a_login_in_memory_is_for_its_own_secret(void **state)
{
    struct fixture *f = *state;
    struct user_find_login_req key = sign_in(f, world_user(f->w, "ann"), 7), other = key;

    other.secret_hash = STR(HASH "d");
    assert_int_equal(login_of(f, &other).id, 0);
    assert_int_equal(login_of(f, &key).id, 7);
    assert_int_equal(login_of(f, &other).id, 0);
    other.secret_hash = STR("");
    assert_int_equal(login_of(f, &other).id, 0);
}

static void views_come_in_the_order_asked_with_gaps(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");
    int64_t a = world_video(f->w, ann), b = world_video(f->w, bob);
    int64_t users[] = {4711, bob, ann, bob, 4712}, videos[] = {b, 4711, a, b};
    struct user_view user[COUNT(users)];
    struct video_view video[COUNT(videos)];

    (void)user_of(f, ann); /* one is there, the others are fetched */
    (void)video_of(f, a);
    assert_ok(&f->w->ctx,
              near_users(f->near, &f->w->ctx, (struct i64_list){users, COUNT(users)}, user));
    assert_ok(&f->w->ctx,
              near_videos(f->near, &f->w->ctx, (struct i64_list){videos, COUNT(videos)}, video));
    for (size_t i = 0; i < COUNT(users); i++)
        assert_int_equal(user[i].id, users[i] < 4711 ? users[i] : 0);
    for (size_t i = 0; i < COUNT(videos); i++)
        assert_int_equal(video[i].id, videos[i] < 4711 ? videos[i] : 0);
    assert_int_equal(video[0].author_id, bob);
}

static void who_is_not_there_has_no_session_and_may_come_later(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(session_of(f, 1), 0);
    assert_int_equal(user_of(f, 1).id, 0);
    int64_t ann = world_user(f->w, "ann");

    assert_int_equal(ann, 1);
    assert_int_equal(session_of(f, ann), 1);
    assert_int_equal(user_of(f, ann).id, ann);
}

static void memory_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct fixture small = {f->w, make_near(f->w, SMALL_ROOM)};

    for (int64_t i = 0; i < CROWD; i++) {
        int64_t id = world_user(f->w, arena_printf(&f->w->arena, "user %d", (int)i));

        assert_int_equal(user_of(&small, id).id, id);
    }
    struct near_stats stats = near_stats(small.near);

    assert_true(stats.bytes <= SMALL_ROOM);
    assert_true(stats.evicted > 0);
    assert_true(stats.count > 0);
    assert_int_equal(user_of(&small, 1).id, 1); /* what went is fetched again */
    world_like(f->w, 1, world_video(f->w, 1), true);
    assert_int_equal(user_of(&small, 1).favorites, 1);
    sql_close(f->w->db); /* before a cache that it tells ends */
    f->w->db = NULL;
    near_destroy(small.near);
}

/* ---- changes ---- */

static void a_like_shows_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");
    int64_t video = world_video(f->w, bob);

    assert_false(likes(f, ann, video));
    assert_int_equal(video_of(f, video).favorites, 0);
    assert_int_equal(user_of(f, ann).favorites + user_of(f, bob).favorited, 0);
    uint64_t misses = near_stats(f->near).misses;

    world_like(f->w, ann, video, true);
    assert_true(likes(f, ann, video));
    assert_int_equal(video_of(f, video).favorites, 1);
    assert_int_equal(user_of(f, ann).favorites, 1);
    assert_int_equal(user_of(f, bob).favorited, 1);
    world_like(f->w, ann, video, false);
    assert_false(likes(f, ann, video));
    assert_int_equal(video_of(f, video).favorites, 0);
    assert_int_equal(near_stats(f->near).misses, misses); /* nothing was fetched for it */
    assert_false(likes(f, bob, video));
}

static void a_follow_shows_at_once(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");

    assert_false(follows(f, ann, bob));
    (void)user_of(f, ann);
    (void)user_of(f, bob);
    world_follow(f->w, ann, bob, true);
    assert_true(follows(f, ann, bob));
    assert_false(follows(f, bob, ann));
    assert_int_equal(user_of(f, ann).follows, 1);
    assert_int_equal(user_of(f, bob).followers, 1);
    world_follow(f->w, ann, bob, false);
    assert_false(follows(f, ann, bob));
    assert_int_equal(user_of(f, bob).followers, 0);
}

static void an_anonymous_viewer_likes_and_follows_nothing(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), video = world_video(f->w, ann);

    world_like(f->w, ann, video, true);
    assert_false(likes(f, 0, video));
    assert_false(follows(f, 0, ann));
}

static void a_comment_and_a_video_are_counted_at_once(void **state)
{
    struct fixture *f = *state;
    struct world *w = f->w;
    int64_t ann = world_user(w, "ann"), video = world_video(w, ann);
    struct comment_add_req req = {.user_id = ann, .video_id = video, .text = STR("nice")};
    struct comment_add_resp resp = {0};

    assert_int_equal(video_of(f, video).comments, 0);
    assert_int_equal(user_of(f, ann).works, 1);
    assert_ok(&w->ctx, comment_add(w->api.comment, &w->ctx, &req, &resp));
    assert_int_equal(video_of(f, video).comments, 1);
    world_video(w, ann);
    assert_int_equal(user_of(f, ann).works, 2);
}

static void a_new_password_ends_sessions_at_once(void **state)
{
    struct fixture *f = *state;
    struct world *w = f->w;
    int64_t ann = world_user(w, "ann");
    struct user_set_password_req req = {.id = ann, .password_hash = STR("other")};
    struct user_set_password_resp resp = {0};

    assert_int_equal(session_of(f, ann), 1);
    assert_ok(&w->ctx, user_set_password(w->api.user, &w->ctx, &req, &resp));
    assert_int_equal(session_of(f, ann), 2);
}

static void new_files_and_what_is_hidden_show_at_once(void **state)
{
    struct fixture *f = *state;
    struct world *w = f->w;
    int64_t video = world_video(w, world_user(w, "ann"));
    struct video_media files = {.play = STR("v/new.mp4"), .cover = STR("v/new.jpg")};
    struct video_set_media_req req = {.id = video, .state = VIDEO_READY, .media = &files};
    struct video_set_media_resp resp;

    assert_true(video_of(f, video).shown);
    assert_ok(&w->ctx, video_set_media(w->api.video, &w->ctx, &req, &resp));
    assert_true(contains(video_of(f, video).piece[2], "/media/v/new.mp4\""));
    assert_true(contains(video_of(f, video).piece[3], "/media/v/new.jpg\""));
    world_hide(w, video);
    assert_false(video_of(f, video).shown);
}

static void a_message_and_its_delivery_show_at_once(void **state)
{
    struct fixture *f = *state;
    struct world *w = f->w;
    int64_t ann = world_user(w, "ann"), bob = world_user(w, "bob");
    struct message_list_req req = {.viewer_id = bob, .peer_id = ann, .limit = 10};
    struct message_list_resp resp = {0};

    test_clock_stop(5000);
    assert_int_equal(chat_of(f, bob, ann).received_at, 0);
    assert_int_equal(chat_of(f, ann, bob).received_at, 0);
    send_text(w, ann, bob);
    assert_int_equal(chat_of(f, bob, ann).received_at, 5000);
    assert_int_equal(chat_of(f, bob, ann).delivered_at, 0);
    assert_int_equal(chat_of(f, ann, bob).received_at, 0); /* his own */
    assert_ok(&w->ctx, message_list(w->api.message, &w->ctx, &req, &resp));
    assert_int_equal(chat_of(f, bob, ann).delivered_at, 5000);
    send_text(w, ann, bob);
    assert_int_equal(chat_of(f, bob, ann).received_at, 5002); /* reading moved bob's clock, too */
    assert_int_equal(chat_of(f, bob, ann).delivered_at, 5000);
}

static void the_sequence_moves_with_every_batch_and_only_then(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), video = world_video(f->w, ann);
    uint64_t before = near_sequence(f->near);

    (void)video_of(f, video);
    (void)likes(f, ann, video);
    assert_int_equal(near_sequence(f->near), before);
    world_like(f->w, ann, video, true);
    assert_true(near_sequence(f->near) > before);
}

/* ---- many likes ---- */

static void insert_likes(struct world *w, int64_t user, int64_t count)
{
    world_change(w, arena_printf(&w->arena,
                                 "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                 " WHERE i < %d) INSERT INTO favorite_mark (user_id, video_id,"
                                 " author_id, created_at) SELECT %d, 1000000 + i, 1, i FROM n",
                                 (int)count, (int)user));
}

static void beyond_what_is_kept_the_service_is_asked(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), a = world_video(f->w, ann), b = world_video(f->w, ann);

    insert_likes(f->w, ann, NEAR_SET_MAX);
    world_like(f->w, ann, a, true); /* one more than are kept */
    assert_true(likes(f, ann, a));
    assert_true(likes(f, ann, 1000001));
    assert_false(likes(f, ann, b));
    world_like(f->w, ann, b, true);
    assert_true(likes(f, ann, b));
    world_like(f->w, ann, a, false);
    assert_false(likes(f, ann, a));
    assert_false(follows(f, ann, ann)); /* the other set is kept as before */
}

static void a_set_that_grows_too_large_in_memory_is_asked_for_as_well(void **state)
{
    struct fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), a = world_video(f->w, ann), b = world_video(f->w, ann);

    insert_likes(f->w, ann, NEAR_SET_MAX);
    assert_true(likes(f, ann, 1000001)); /* all are kept */
    world_like(f->w, ann, a, true);
    assert_true(likes(f, ann, a));
    assert_true(likes(f, ann, 1000001));
    assert_false(likes(f, ann, b));
    world_like(f->w, ann, a, false);
    assert_false(likes(f, ann, a));
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        NEAR_TEST(what_was_looked_at_is_in_memory),
        NEAR_TEST(a_login_is_in_memory_until_it_changes),
        NEAR_TEST(a_login_in_memory_is_for_its_own_secret),
        NEAR_TEST(views_come_in_the_order_asked_with_gaps),
        NEAR_TEST(who_is_not_there_has_no_session_and_may_come_later),
        NEAR_TEST(memory_is_bounded),
        NEAR_TEST(a_like_shows_at_once),
        NEAR_TEST(a_follow_shows_at_once),
        NEAR_TEST(an_anonymous_viewer_likes_and_follows_nothing),
        NEAR_TEST(a_comment_and_a_video_are_counted_at_once),
        NEAR_TEST(a_new_password_ends_sessions_at_once),
        NEAR_TEST(new_files_and_what_is_hidden_show_at_once),
        NEAR_TEST(a_message_and_its_delivery_show_at_once),
        NEAR_TEST(the_sequence_moves_with_every_batch_and_only_then),
        NEAR_TEST(beyond_what_is_kept_the_service_is_asked),
        NEAR_TEST(a_set_that_grows_too_large_in_memory_is_asked_for_as_well),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
