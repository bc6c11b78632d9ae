/* Tests of pages in a cluster: how often services are asked, and nothing before who asks is known.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#include "look_fixture.h"

enum { MANY = 30, CALLS_AT_MOST = 6, ROUNDS_AT_MOST = 2 };

/* ---- a busy place ---- */

static void say(struct look_fixture *f, int64_t user, int64_t video)
{
    struct comment_add_req req = {.user_id = user, .video_id = video, .text = STR("nice")};
    struct comment_add_resp done = {0};

    assert_ok(&f->c, comment_add(f->w->behind.comment, &f->c, &req, &done));
}

static void write_to(struct look_fixture *f, int64_t from, int64_t to)
{
    struct message_send_req req = {.from_id = from, .to_id = to, .content = STR("hello")};
    struct message_send_resp done = {0};

    assert_ok(&f->c, message_send(f->w->behind.message, &f->c, &req, &done));
}

/* `count` people, each with a video that ann likes, a word under ann's, and ann's friend. */
static int64_t populate(struct look_fixture *f, int64_t ann, int64_t count)
{
    int64_t own = world_video(f->w, ann);

    for (int64_t i = 0; i < count; i++) {
        int64_t friend = world_user(f->w, arena_printf(&f->w->arena, "friend %lld", (long long)i));

        world_like(f->w, ann, world_video(f->w, friend), true);
        world_follow(f->w, ann, friend, true);
        world_follow(f->w, friend, ann, true);
        say(f, friend, own);
        write_to(f, friend, ann);
    }
    return own;
}

/* Every page that lists or shows something. */
static const struct asked pages[] = {
    {"/douyin/feed/", 0, {NULL}},
    {"/douyin/user/", 0, {"user_id", "2", NULL}},
    {"/douyin/publish/list/", 0, {"user_id", "2", NULL}},
    {"/douyin/favorite/list/", 0, {"user_id", "1", NULL}},
    {"/douyin/comment/list/", 0, {"video_id", "1", NULL}},
    {"/douyin/relation/follow/list/", 0, {"user_id", "1", NULL}},
    {"/douyin/relation/follower/list/", 0, {"user_id", "1", NULL}},
    {"/douyin/relation/friend/list/", 0, {"user_id", "1", NULL}},
    {"/douyin/message/chat/", 0, {"to_user_id", "2", NULL}},
    {"/api/v1/me/", 0, {NULL}},
    {"/api/v1/users/*/videos/", 2, {NULL}},
    {"/api/v1/users/*/likes/", 1, {NULL}},
    {"/api/v1/users/*/following/", 1, {NULL}},
    {"/api/v1/users/*/followers/", 1, {NULL}},
    {"/api/v1/users/*/friends/", 1, {NULL}},
    {"/api/v1/comments/", 0, {"video_id", "1", NULL}},
    {"/api/v1/messages/*", 2, {NULL}},
    {"/api/v1/videos/*", 2, {NULL}},
};

static struct traffic cost_of(struct look_fixture *f, const struct asked *page, struct str token)
{
    struct http_reply reply;
    struct err *e = look_ask(f, page, token, &reply);

    if (e)
        fail_msg("%s: %s", page->route, err_text(&f->c, e));
    assert_true(reply.body.len > 0);
    return f->traffic;
}

static void a_page_takes_two_rounds_and_six_calls_whatever_its_length(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    struct str token = look_token(f, ann, 1);
    struct traffic small[COUNT(pages)];

    (void)populate(f, ann, 1);
    for (size_t i = 0; i < COUNT(pages); i++)
        small[i] = cost_of(f, &pages[i], token);
    world_change(f->w, "UPDATE user_account SET name = 'first' WHERE id = 2");
    for (int64_t more = 1; more < MANY; more++) {
        int64_t friend =
            world_user(f->w, arena_printf(&f->w->arena, "another %lld", (long long)more));

        world_like(f->w, ann, world_video(f->w, friend), true);
        world_follow(f->w, ann, friend, true);
        world_follow(f->w, friend, ann, true);
        say(f, friend, 1);
        (void)world_video(f->w, 2);
        write_to(f, 2, ann);
    }
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct traffic large = cost_of(f, &pages[i], token);

        print_message("# %-36s %zu calls, %zu rounds\n", pages[i].route, large.calls, large.rounds);
        assert_int_equal(large.calls, small[i].calls);
        assert_int_equal(large.rounds, small[i].rounds);
        assert_true(large.calls <= CALLS_AT_MOST);
        assert_true(large.rounds <= ROUNDS_AT_MOST);
    }
}

static void a_browser_takes_one_call_more_at_most_and_no_round(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    struct str token = look_token(f, ann, 1), browser = look_browser(f, ann, 1);

    (void)populate(f, ann, 2);
    for (size_t i = 0; i < COUNT(pages); i++) {
        struct traffic by_token = cost_of(f, &pages[i], token);
        struct traffic by_browser = cost_of(f, &pages[i], browser);

        assert_int_equal(f->c.user_id, ann);
        assert_true(by_browser.calls <= by_token.calls + 1);
        assert_int_equal(by_browser.rounds, by_token.rounds);
    }
}

/* What the contract's app asks for costs no more for all that the web client can ask for. */
static void a_signed_in_feed_without_ext_takes_four_calls_in_two_rounds(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    const struct asked feed = {"/douyin/feed/", 0, {NULL}};

    (void)populate(f, ann, 3);
    struct traffic t = cost_of(f, &feed, look_token(f, ann, 1));

    assert_int_equal(t.calls, 4); /* the list; users, among them who asks; likes; follows */
    assert_int_equal(t.rounds, 2);
}

static void a_page_shows_what_it_would_in_one_process(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    struct http_reply reply;

    (void)populate(f, ann, 2);
    assert_ok(&f->c, look_ask(f, &pages[0], look_token(f, ann, 1), &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 3);
    assert_int_equal(look_count(reply.body, "\"is_favorite\":true"), 2);
    assert_int_equal(look_count(reply.body, "\"is_follow\":true"), 2);
    assert_shows(reply, "\"name\":\"friend 1\"");
    assert_shows(reply, "\"comment_count\":2");
    assert_ok(&f->c, look_ask(f, &pages[3], (struct str){0}, &reply)); /* ann's likes, to anybody */
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 2);
    assert_lacks(reply, "\"is_favorite\":true");
}

/* ---- what somebody wrote ---- */

static void what_somebody_wrote_is_what_he_reads_next(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), video = world_video(f->w, ann);
    struct str token = look_token(f, ann, 1);
    struct http_reply reply;

    assert_ok(&f->c, look_ask(f, &pages[0], token, &reply));
    assert_lacks(reply, "\"is_favorite\":true");
    world_like(f->w, ann, video, true); /* through another gateway */
    assert_ok(&f->c, look_ask(f, &pages[0], token, &reply));
    assert_shows(reply, "\"is_favorite\":true");
    assert_shows(reply, "\"favorite_count\":1");
}

/* ---- who asks ---- */

static void every_page_is_for_sessions_that_hold_and_says_so_before_all_else(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    struct str ended = look_token(f, ann, 2);
    struct http_reply reply;

    (void)populate(f, ann, 1);
    for (size_t i = 1; i < COUNT(pages); i++) {
        struct asked wrong = {pages[i].route, pages[i].rest, {"user_id", "x", "limit", "x", NULL}};

        assert_reason(look_ask(f, &pages[i], ended, &reply), ERR_UNAUTHENTICATED, "bad_token");
        assert_reason(look_ask(f, &wrong, ended, &reply), ERR_UNAUTHENTICATED, "bad_token");
    }
}

static void the_feed_takes_a_session_that_ended_for_none(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    struct http_reply reply;

    (void)populate(f, ann, 1);
    assert_ok(&f->c, look_ask(f, &pages[0], look_token(f, ann, 2), &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 2);
    assert_lacks(reply, "\"is_favorite\":true");
    assert_int_equal(f->c.user_id, 0);
}

/* Ended by itself, or with all sessions of the account. */
static struct str ended_browser(struct look_fixture *f, int64_t user, bool alone)
{
    struct str cookie = look_browser(f, user, alone ? 1 : 2);

    world_change(f->w, alone ? "DELETE FROM user_login" : "UPDATE user_account SET session = 3");
    return cookie;
}

static void expect_nobody(struct look_fixture *f, const struct asked *page, struct str cookie)
{
    bool needed = (look_route(page->route)->access & ACCESS_MASK) == ACCESS_SIGNED_IN;
    struct http_reply reply;
    struct err *e = look_ask(f, page, cookie, &reply);

    assert_int_equal(f->c.user_id, 0);
    if (needed) {
        assert_reason(e, ERR_UNAUTHENTICATED, "bad_token");
    } else {
        assert_ok(&f->c, e);
        assert_lacks(reply, "\"is_favorite\":true");
    }
}

static void who_was_signed_in_in_a_browser_is_nobody_where_nobody_is_needed(void **state)
{
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");

    (void)populate(f, ann, 1);
    for (int way = 0; way < 2; way++) {
        struct str cookie = ended_browser(f, ann, way == 0);

        for (size_t i = 0; i < COUNT(pages); i++)
            expect_nobody(f, &pages[i], cookie);
        world_change(f->w, "UPDATE user_account SET session = 2");
    }
}

static void nothing_is_written_for_a_session_that_ended(void **state)
{
    static const struct asked writes[] = {
        {"/douyin/favorite/action/", 0, {"video_id", "1", "action_type", "1", NULL}},
        {"/douyin/comment/action/",
         0,
         {"video_id", "1", "action_type", "1", "comment_text", "hi", NULL}},
        {"/douyin/relation/action/", 0, {"to_user_id", "2", "action_type", "1", NULL}},
        {"/douyin/message/action/", 0, {"to_user_id", "2", "content", "hi", NULL}},
        {"/douyin/message/chat/", 0, {"to_user_id", "2", NULL}}, /* delivers */
    };
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann");
    struct http_reply reply;

    (void)populate(f, ann, 1);
    size_t told = world_told_all(f->w);

    for (size_t i = 0; i < COUNT(writes); i++) {
        assert_reason(look_ask(f, &writes[i], look_token(f, ann, 2), &reply), ERR_UNAUTHENTICATED,
                      "bad_token");
        assert_int_equal(world_told_all(f->w), told);
    }
    struct str browser = look_browser(f, ann, 1);

    for (size_t i = 0; i < COUNT(writes); i++) {
        assert_ok(&f->c, look_ask(f, &writes[i], look_token(f, ann, 1), &reply));
        assert_ok(&f->c, look_ask(f, &writes[i], browser, &reply));
    }
    world_change(f->w, "DELETE FROM user_login");
    told = world_told_all(f->w);
    for (size_t i = 0; i < COUNT(writes); i++)
        assert_reason(look_ask(f, &writes[i], browser, &reply), ERR_UNAUTHENTICATED, "bad_token");
    assert_int_equal(world_told_all(f->w), told);
}

static void unknown_things_are_told_by_name(void **state)
{
    static const struct asked nobody = {"/douyin/publish/list/", 0, {"user_id", "99", NULL}};
    static const struct asked nothing = {"/douyin/comment/list/", 0, {"video_id", "99", NULL}};
    static const struct asked neither = {"/api/v1/videos/*", 99, {NULL}};
    struct look_fixture *f = *state;
    struct str token = look_token(f, world_user(f->w, "ann"), 1);
    struct http_reply reply;

    assert_reason(look_ask(f, &nobody, token, &reply), ERR_NOT_FOUND, "user_not_found");
    assert_reason(look_ask(f, &nothing, token, &reply), ERR_NOT_FOUND, "video_not_found");
    assert_reason(look_ask(f, &neither, token, &reply), ERR_NOT_FOUND, "video_not_found");
}

static void what_is_not_shown_to_others_is_shown_to_its_author(void **state)
{
    static const struct asked works = {"/douyin/publish/list/", 0, {"user_id", "1", NULL}};
    static const struct asked likes = {"/douyin/favorite/list/", 0, {"user_id", "1", NULL}};
    struct look_fixture *f = *state;
    int64_t ann = world_user(f->w, "ann"), bob = world_user(f->w, "bob");
    int64_t shown = world_video(f->w, bob), hidden = world_video(f->w, ann);
    struct http_reply reply;

    world_like(f->w, ann, shown, true);
    world_like(f->w, ann, hidden, true); /* it comes first in the list */
    world_hide(f->w, hidden);
    assert_ok(&f->c, look_ask(f, &works, look_token(f, ann, 1), &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 1);
    assert_ok(&f->c, look_ask(f, &works, look_token(f, bob, 1), &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 0);
    assert_ok(&f->c, look_ask(f, &likes, look_token(f, ann, 1), &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 2);
    assert_ok(&f->c, look_ask(f, &likes, look_token(f, bob, 1), &reply));
    assert_int_equal(look_count(reply.body, "\"play_url\":"), 1);
    assert_shows(reply, "\"name\":\"bob\""); /* the author beside his own video */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        LOOK_TEST(a_page_takes_two_rounds_and_six_calls_whatever_its_length),
        LOOK_TEST(a_browser_takes_one_call_more_at_most_and_no_round),
        LOOK_TEST(a_signed_in_feed_without_ext_takes_four_calls_in_two_rounds),
        LOOK_TEST(a_page_shows_what_it_would_in_one_process),
        LOOK_TEST(what_somebody_wrote_is_what_he_reads_next),
        LOOK_TEST(every_page_is_for_sessions_that_hold_and_says_so_before_all_else),
        LOOK_TEST(the_feed_takes_a_session_that_ended_for_none),
        LOOK_TEST(who_was_signed_in_in_a_browser_is_nobody_where_nobody_is_needed),
        LOOK_TEST(nothing_is_written_for_a_session_that_ended),
        LOOK_TEST(unknown_things_are_told_by_name),
        LOOK_TEST(what_is_not_shown_to_others_is_shown_to_its_author),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
