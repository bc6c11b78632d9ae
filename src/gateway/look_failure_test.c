/* Tests of pages when a role of the cluster is away: it costs only its own features. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "look_fixture.h"
#include "metrics.h"

enum { DOWN = 50301, HTTP_BUSY = 503 };

static const struct asked feed = {"/douyin/feed/", 0, {NULL}};
static const struct asked works = {"/douyin/publish/list/", 0, {"user_id", "2", NULL}};
static const struct asked likes = {"/douyin/favorite/list/", 0, {"user_id", "1", NULL}};
static const struct asked words = {"/douyin/comment/list/", 0, {"video_id", "1", NULL}};
static const struct asked profile = {"/douyin/user/", 0, {"user_id", "2", NULL}};
static const struct asked friends = {"/douyin/relation/friend/list/", 0, {NULL}};

/* ann (1) and bob (2) are friends; video 1 is bob's: ann likes it and has a word under it. */
static struct str populate(struct look_fixture *f)
{
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");
    int64_t video = world_video(f->w, bob);
    struct comment_add_req word = {.user_id = ann, .video_id = video, .text = STR("nice")};
    struct comment_add_resp said = {0};
    struct message_send_req mail = {.from_id = bob, .to_id = ann, .content = STR("hello")};
    struct message_send_resp sent = {0};

    world_like(f->w, ann, video, true);
    world_follow(f->w, ann, bob, true);
    world_follow(f->w, bob, ann, true);
    assert_ok(&f->c, comment_add(f->w->behind.comment, &f->c, &word, &said));
    assert_ok(&f->c, message_send(f->w->behind.message, &f->c, &mail, &sent));
    return look_token(f, ann, 1);
}

static size_t degraded(struct look_fixture *f, const char *part)
{
    struct str page = metrics_write(f->metrics, &f->c);

    return look_count(page,
                      arena_printf(f->c.arena, "duan_gateway_degraded_total{part=\"%s\"} ", part));
}

static void without_favorite_nothing_is_liked(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->favorite.away = true;
    assert_ok(&f->c, look_ask(f, &feed, token, &reply));
    assert_shows(reply, "\"is_favorite\":false");
    assert_shows(reply, "\"favorite_count\":1"); /* the video's own */
    assert_shows(reply, "\"is_follow\":true");
    assert_int_equal(degraded(f, "liked"), 1);
    assert_err(look_ask(f, &likes, token, &reply), ERR_UNAVAILABLE);
}

static void without_relation_nobody_is_followed(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->relation.away = true;
    assert_ok(&f->c, look_ask(f, &feed, token, &reply));
    assert_shows(reply, "\"is_follow\":false");
    assert_shows(reply, "\"is_favorite\":true");
    assert_ok(&f->c, look_ask(f, &words, token, &reply));
    assert_ok(&f->c, look_ask(f, &profile, token, &reply));
    assert_int_equal(degraded(f, "followed"), 1);
    assert_err(look_ask(f, &friends, token, &reply), ERR_UNAVAILABLE);
}

static void without_user_the_feed_plays_for_nobody_in_particular(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->user.away = true;
    assert_ok(&f->c, look_ask(f, &feed, token, &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 1);
    assert_shows(reply, "\"author\":{\"id\":2,\"name\":\"\"");
    assert_shows(reply, "\"is_favorite\":false");
    assert_int_equal(degraded(f, "session"), 1);
    assert_int_equal(degraded(f, "users"), 1);
    assert_ok(&f->c, look_ask(f, &works, (struct str){0}, &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 1);
    assert_int_equal(degraded(f, "exists"), 1);
}

static void without_user_nobody_is_let_in_as_somebody(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->user.away = true;
    assert_err(look_ask(f, &works, token, &reply), ERR_UNAVAILABLE);
    assert_err(look_ask(f, &friends, token, &reply), ERR_UNAVAILABLE);
}

static void without_message_friends_have_said_nothing(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    assert_ok(&f->c, look_ask(f, &friends, token, &reply));
    assert_shows(reply, "\"message\":\"hello\"");
    f->message.away = true;
    assert_ok(&f->c, look_ask(f, &friends, token, &reply));
    assert_shows(reply, "\"message\":\"\"");
    assert_int_equal(degraded(f, "messages"), 1);
}

static void without_comment_only_comments_are_missing(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->comment.away = true;
    assert_ok(&f->c, look_ask(f, &feed, token, &reply));
    assert_shows(reply, "\"comment_count\":1");
    assert_err(look_ask(f, &words, token, &reply), ERR_UNAVAILABLE);
}

static void without_video_people_and_their_words_are_there(void **state)
{
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->video.away = true;
    assert_ok(&f->c, look_ask(f, &profile, token, &reply));
    assert_ok(&f->c, look_ask(f, &friends, token, &reply));
    assert_ok(&f->c, look_ask(f, &words, token, &reply));
    assert_shows(reply, "\"content\":\"nice\"");
    assert_err(look_ask(f, &feed, token, &reply), ERR_UNAVAILABLE);
}

static void a_write_to_a_role_that_is_away_has_its_own_code(void **state)
{
    static const struct asked like = {
        "/douyin/favorite/action/", 0, {"video_id", "1", "action_type", "2", NULL}};
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    f->favorite.away = true;
    struct err *e = look_ask(f, &like, token, &reply);

    assert_err(e, ERR_UNAVAILABLE);
    envelope_fail(f->g, &f->c, look_route(like.route), 0, e, &reply);
    assert_int_equal(envelope_code(e), DOWN);
    assert_int_equal(reply.status, HTTP_BUSY);
    assert_string_equal(reply.headers[0].name, "Retry-After");
}

static void what_services_refuse_is_no_absence(void **state)
{
    static const struct asked broken = {"/douyin/publish/list/", 0, {"user_id", "2", NULL}};
    struct look_fixture *f = *state;
    struct str token = populate(f);
    struct http_reply reply;

    world_change(f->w, "DROP TABLE relation_edge");
    assert_non_null(look_ask(f, &broken, token, &reply));
    assert_int_equal(degraded(f, "followed"), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        LOOK_TEST(without_favorite_nothing_is_liked),
        LOOK_TEST(without_relation_nobody_is_followed),
        LOOK_TEST(without_user_the_feed_plays_for_nobody_in_particular),
        LOOK_TEST(without_user_nobody_is_let_in_as_somebody),
        LOOK_TEST(without_message_friends_have_said_nothing),
        LOOK_TEST(without_comment_only_comments_are_missing),
        LOOK_TEST(without_video_people_and_their_words_are_there),
        LOOK_TEST(a_write_to_a_role_that_is_away_has_its_own_code),
        LOOK_TEST(what_services_refuse_is_no_absence),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
