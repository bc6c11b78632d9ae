/* Tests of the message service: what is sent, delivered, and shown as the latest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

enum { MANY = 7 };

/* The two of most conversations here, in a world made for them. */
struct two {
    struct world *w;
    int64_t ann, bob;
};

static struct two two_in(void **state)
{
    struct world *w = *state;

    return (struct two){w, world_user(w, "ann"), world_user(w, "bob")};
}

static struct err *try_send(struct world *w, int64_t from, int64_t to, struct str content,
                            struct message_item *out)
{
    struct message_send_req req = {.from_id = from, .to_id = to, .content = content};
    struct message_send_resp resp = {0};

    TRY(message_send(w->api.message, &w->ctx, &req, &resp));
    *out = *resp.message;
    return NULL;
}

static struct message_item send_text(struct world *w, int64_t from, int64_t to, const char *content)
{
    struct message_item item = {0};

    assert_ok(&w->ctx, try_send(w, from, to, str_of(content), &item));
    return item;
}

static struct message_item_list list(struct world *w, int64_t viewer, int64_t peer, int64_t since,
                                     int64_t limit)
{
    struct message_list_req req = {viewer, peer, since, limit};
    struct message_list_resp resp = {0};

    assert_ok(&w->ctx, message_list(w->api.message, &w->ctx, &req, &resp));
    return resp.messages;
}

/* One letter for each message: "abc". */
static struct str letters(struct world *w, struct message_item_list found)
{
    char *text = arena_bytes(&w->arena, found.count);

    for (size_t i = 0; i < found.count; i++)
        text[i] = found.at[i].content.ptr[0];
    return (struct str){text, found.count};
}

static struct str chat(struct world *w, int64_t viewer, int64_t peer, int64_t since)
{
    return letters(w, list(w, viewer, peer, since, LIST_MAX));
}

static struct message_state state_of(struct world *w, int64_t viewer, int64_t peer)
{
    struct message_get_state_req req = {viewer, peer};
    struct message_state resp = {0};

    assert_ok(&w->ctx, message_get_state(w->api.message, &w->ctx, &req, &resp));
    return resp;
}

static struct message_item_list latest(struct world *w, int64_t viewer, struct i64_list peers)
{
    struct message_get_latest_req req = {.viewer_id = viewer, .peer_ids = peers};
    struct message_get_latest_resp resp = {0};

    assert_ok(&w->ctx, message_get_latest(w->api.message, &w->ctx, &req, &resp));
    return resp.messages;
}

/* ---- sending ---- */

static void who_is_blocked_cannot_write(void **state)
{
    struct two t = two_in(state);
    struct relation_set_block_req block = {t.bob, t.ann, true};
    struct relation_set_block_resp done;
    struct message_item item;

    assert_ok(&t.w->ctx, relation_set_block(t.w->api.relation, &t.w->ctx, &block, &done));
    assert_reason(try_send(t.w, t.ann, t.bob, STR("a"), &item), ERR_FORBIDDEN, "blocked");
    assert_reason(try_send(t.w, t.bob, t.ann, STR("b"), &item), ERR_FORBIDDEN, "blocked");
    assert_str(chat(t.w, t.bob, t.ann, 0), STR(""));
}

static void a_message_is_kept_as_it_was_sent(void **state)
{
    struct two t = two_in(state);
    struct message_item got = send_text(t.w, t.ann, t.bob, " hi\n\t\xe4\xbd\xa0 ");
    struct message_item_list seen = list(t.w, t.bob, t.ann, 0, LIST_MAX);

    assert_true(got.id > 0);
    assert_int_equal(seen.count, 1);
    assert_int_equal(seen.at[0].id, got.id);
    assert_int_equal(seen.at[0].from_id, t.ann);
    assert_int_equal(seen.at[0].to_id, t.bob);
    assert_int_equal(seen.at[0].created_at, got.created_at);
    assert_str(seen.at[0].content, STR(" hi\n\t\xe4\xbd\xa0 "));
    assert_int_equal(world_told(t.w, &message_item_type, CHANGE_INSERT), 1);
}

static void a_message_has_1_to_2000_characters(void **state)
{
    struct two t = two_in(state);
    const struct {
        struct str content;
        bool ok;
    } cases[] = {
        {STR("x"), true},         {world_text(t.w, "\xf0\x9f\x98\x80", MESSAGE_MAX_CHARS), true},
        {STR("a\r\nb\tc"), true}, {world_text(t.w, "x", MESSAGE_MAX_CHARS + 1), false},
        {STR(""), false},         {STR(" \n\t "), false},
        {STR("a\0b"), false},     {STR("a\x1b"), false},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct message_item got = {0};
        struct err *e = try_send(t.w, t.ann, t.bob, cases[i].content, &got);

        assert_int_equal(e == NULL, cases[i].ok);
        if (e)
            assert_reason(e, ERR_INVALID, "bad_text");
    }
    assert_int_equal(list(t.w, t.ann, t.bob, 0, LIST_MAX).count, 3);
}

static void nobody_writes_to_himself_or_to_who_is_not_there(void **state)
{
    struct two t = two_in(state);
    struct message_item got = {.id = 77};

    assert_err(try_send(t.w, t.ann, t.ann, STR("x"), &got), ERR_INVALID);
    assert_reason(try_send(t.w, t.ann, 4711, STR("x"), &got), ERR_NOT_FOUND, "user_not_found");
    assert_int_equal(got.id, 77);
    assert_int_equal(world_number(t.w, "SELECT count(*) FROM message_line"), 0);
    assert_int_equal(world_number(t.w, "SELECT count(*) FROM message_conversation"), 0);
    assert_int_equal(world_told_all(t.w), 0);
}

static void times_rise_also_when_the_clock_stands_or_goes_back(void **state)
{
    struct two t = two_in(state);
    static const int64_t clock[MANY] = {5000, 5000, 5000, 100, 5001, 5004, 9000};
    int64_t last = 0;

    for (size_t i = 0; i < MANY; i++) {
        test_clock_stop(clock[i]);
        struct message_item got =
            i % 2 ? send_text(t.w, t.bob, t.ann, "x") : send_text(t.w, t.ann, t.bob, "x");

        assert_true(got.created_at > last);
        last = got.created_at;
    }
    assert_int_equal(last, 9000);
}

static void times_rise_for_each_of_the_two_and_for_nobody_else(void **state)
{
    struct two t = two_in(state);
    int64_t eve = world_user(t.w, "eve"), dan = world_user(t.w, "dan");

    test_clock_stop(5000);
    assert_int_equal(send_text(t.w, t.ann, t.bob, "x").created_at, 5000);
    assert_int_equal(send_text(t.w, t.ann, t.bob, "x").created_at, 5001);
    assert_int_equal(send_text(t.w, eve, dan, "x").created_at, 5000);
    assert_int_equal(send_text(t.w, t.bob, eve, "x").created_at, 5002);
    assert_int_equal(send_text(t.w, t.ann, dan, "x").created_at, 5002);
    assert_int_equal(send_text(t.w, dan, eve, "x").created_at, 5003);
}

static int64_t clock_of(struct world *w, int64_t user)
{
    int64_t ids[] = {user};
    struct message_get_clocks_req req = {{ids, 1}};
    struct message_get_clocks_resp resp = {0};

    assert_ok(&w->ctx, message_get_clocks(w->api.message, &w->ctx, &req, &resp));
    return resp.clocks.count ? resp.clocks.at[0].at : 0;
}

static struct message_item_list news(struct world *w, int64_t user, int64_t after, int64_t limit)
{
    struct message_list_news_req req = {user, after, clock_of(w, user), limit};
    struct message_list_resp resp = {0};

    assert_ok(&w->ctx, message_list_news(w->api.message, &w->ctx, &req, &resp));
    return resp.messages;
}

static void the_clock_of_each_shows_the_latest_that_concerns_him(void **state)
{
    struct two t = two_in(state);
    int64_t eve = world_user(t.w, "eve");

    assert_int_equal(clock_of(t.w, t.ann), 0);
    int64_t first = send_text(t.w, t.ann, t.bob, "x").created_at;

    assert_int_equal(clock_of(t.w, t.ann), first);
    assert_int_equal(clock_of(t.w, t.bob), first);
    assert_int_equal(clock_of(t.w, eve), 0);
    list(t.w, t.bob, t.ann, 0, LIST_MAX); /* what was delivered is news for who reads */
    assert_true(clock_of(t.w, t.bob) > first);
    assert_int_equal(clock_of(t.w, t.ann), first);
}

static void news_are_of_all_conversations_in_the_order_of_time(void **state)
{
    struct two t = two_in(state);
    int64_t eve = world_user(t.w, "eve"), dan = world_user(t.w, "dan");
    int64_t first = send_text(t.w, t.bob, t.ann, "1").created_at;

    send_text(t.w, eve, t.ann, "2");
    send_text(t.w, t.ann, t.bob, "3");
    send_text(t.w, eve, dan, "not for ann");
    struct message_item_list all = news(t.w, t.ann, 0, LIST_MAX),
                             later = news(t.w, t.ann, first, LIST_MAX);

    assert_int_equal(all.count, 3);
    assert_int_equal(later.count, 2);
    for (size_t i = 0; i < all.count; i++)
        assert_int_equal(all.at[i].content.ptr[0], '1' + (int)i);
    assert_str(later.at[0].content, STR("2"));
    assert_int_equal(later.at[1].from_id, t.ann);
    assert_int_equal(later.at[1].to_id, t.bob);
    assert_int_equal(news(t.w, t.ann, 0, 2).count, 2);
    assert_int_equal(news(t.w, t.ann, clock_of(t.w, t.ann), LIST_MAX).count, 0);
}

/* ---- opening a conversation ---- */

static void both_see_the_whole_conversation_oldest_first(void **state)
{
    struct two t = two_in(state);

    test_clock_stop(1000);
    send_text(t.w, t.ann, t.bob, "a");
    send_text(t.w, t.bob, t.ann, "b");
    send_text(t.w, t.ann, t.bob, "c");
    assert_str(chat(t.w, t.ann, t.bob, 0), STR("abc"));
    assert_str(chat(t.w, t.bob, t.ann, 0), STR("abc"));
    assert_str(chat(t.w, t.bob, t.ann, 0), STR("abc")); /* as often as it is opened */
}

static void opening_shows_the_newest_that_fit(void **state)
{
    struct two t = two_in(state);

    test_clock_stop(1000);
    for (const char *each = "a\0b\0c\0d\0"; *each; each += 2)
        send_text(t.w, t.ann, t.bob, each);
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, 0, 2)), STR("cd"));
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, 0, 4)), STR("abcd"));
}

static void a_conversation_is_between_two(void **state)
{
    struct two t = two_in(state);
    int64_t eve = world_user(t.w, "eve");

    send_text(t.w, t.ann, t.bob, "a");
    send_text(t.w, t.ann, eve, "b");
    send_text(t.w, eve, t.bob, "c");
    assert_str(chat(t.w, t.ann, t.bob, 0), STR("a"));
    assert_str(chat(t.w, eve, t.ann, 0), STR("b"));
    assert_str(chat(t.w, t.bob, eve, 0), STR("c"));
    assert_str(chat(t.w, t.bob, 4711, 0), STR(""));
}

/* ---- polling ---- */

static void a_poll_brings_what_the_other_wrote_since(void **state)
{
    struct two t = two_in(state);

    int64_t first = send_text(t.w, t.ann, t.bob, "a").created_at;

    assert_str(chat(t.w, t.bob, t.ann, 0), STR("a"));
    send_text(t.w, t.bob, t.ann, "b"); /* his own: his phone has it */
    assert_str(chat(t.w, t.bob, t.ann, first), STR(""));
    send_text(t.w, t.ann, t.bob, "c");
    send_text(t.w, t.ann, t.bob, "d");
    assert_str(chat(t.w, t.bob, t.ann, first), STR("cd"));
    assert_str(chat(t.w, t.ann, t.bob, first), STR("b"));
}

/* A phone whose clock is ahead asks for what lies in the future (contract, section 5.2). */
static void what_was_never_delivered_comes_to_a_phone_that_is_ahead(void **state)
{
    struct two t = two_in(state);
    static const int64_t ahead = INT64_C(1) << 50;

    send_text(t.w, t.ann, t.bob, "a");
    send_text(t.w, t.bob, t.ann, "b");
    assert_str(chat(t.w, t.bob, t.ann, ahead), STR("a"));
    assert_str(chat(t.w, t.bob, t.ann, ahead), STR(""));
    send_text(t.w, t.ann, t.bob, "c");
    assert_str(chat(t.w, t.bob, t.ann, ahead), STR("c"));
    assert_str(chat(t.w, t.ann, t.bob, ahead), STR("b")); /* each side has his own */
    assert_str(chat(t.w, t.bob, t.ann, ahead), STR(""));
}

static void a_phone_that_asks_for_older_gets_it_again(void **state)
{
    struct two t = two_in(state);
    int64_t first = send_text(t.w, t.ann, t.bob, "a").created_at;

    send_text(t.w, t.ann, t.bob, "b");
    assert_str(chat(t.w, t.bob, t.ann, 0), STR("ab"));
    assert_str(chat(t.w, t.bob, t.ann, first), STR("b"));
    assert_str(chat(t.w, t.bob, t.ann, first - 1), STR("ab"));
    assert_int_equal(world_told(t.w, &message_state_type, CHANGE_UPDATE), 1);
}

static void what_comes_again_leaves_newer_ones_delivered(void **state)
{
    struct two t = two_in(state);
    int64_t last;

    send_text(t.w, t.ann, t.bob, "a");
    last = send_text(t.w, t.ann, t.bob, "b").created_at;
    assert_str(chat(t.w, t.bob, t.ann, 0), STR("ab"));
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, 1, 1)), STR("a"));
    assert_int_equal(state_of(t.w, t.bob, t.ann).delivered_at, last);
    assert_str(chat(t.w, t.bob, t.ann, last), STR(""));
}

static void a_long_backlog_comes_in_pieces_oldest_first(void **state)
{
    struct two t = two_in(state);
    static const int64_t ahead = INT64_C(1) << 50;

    test_clock_stop(1000);
    for (const char *each = "a\0b\0c\0d\0e\0"; *each; each += 2)
        send_text(t.w, t.ann, t.bob, each);
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, ahead, 2)), STR("ab"));
    send_text(t.w, t.ann, t.bob, "f");
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, ahead, 2)), STR("cd"));
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, ahead, 2)), STR("ef"));
    assert_str(letters(t.w, list(t.w, t.bob, t.ann, ahead, 2)), STR(""));
}

/* ---- how far it has come ---- */

static void the_state_is_of_the_one_who_asks(void **state)
{
    struct two t = two_in(state);
    int64_t a = send_text(t.w, t.ann, t.bob, "a").created_at;
    int64_t b = send_text(t.w, t.ann, t.bob, "b").created_at;
    int64_t c = send_text(t.w, t.bob, t.ann, "c").created_at;

    assert_int_equal(state_of(t.w, t.bob, t.ann).received_at, b);
    assert_int_equal(state_of(t.w, t.ann, t.bob).received_at, c);
    assert_int_equal(state_of(t.w, t.bob, t.ann).delivered_at, 0);
    (void)list(t.w, t.bob, t.ann, 1, 1);
    assert_int_equal(state_of(t.w, t.bob, t.ann).delivered_at, a);
    (void)list(t.w, t.bob, t.ann, a, LIST_MAX);
    assert_int_equal(state_of(t.w, t.bob, t.ann).delivered_at, b);
    assert_int_equal(state_of(t.w, t.ann, t.bob).delivered_at, 0);
    assert_int_equal(state_of(t.w, t.ann, 4711).received_at, 0);
}

static void a_poll_that_brings_nothing_is_no_fact(void **state)
{
    struct two t = two_in(state);

    (void)chat(t.w, t.bob, t.ann, 0);
    send_text(t.w, t.bob, t.ann, "a");
    (void)chat(t.w, t.bob, t.ann, 0); /* his own alone */
    assert_int_equal(world_told(t.w, &message_state_type, CHANGE_UPDATE), 0);
    send_text(t.w, t.ann, t.bob, "b");
    (void)chat(t.w, t.bob, t.ann, 0);
    (void)chat(t.w, t.bob, t.ann, 0);
    assert_int_equal(world_told(t.w, &message_state_type, CHANGE_UPDATE), 1);
}

static void a_new_message_leaves_what_was_delivered(void **state)
{
    struct two t = two_in(state);
    int64_t a = send_text(t.w, t.ann, t.bob, "a").created_at;

    (void)chat(t.w, t.bob, t.ann, 0);
    send_text(t.w, t.bob, t.ann, "b");
    int64_t c = send_text(t.w, t.ann, t.bob, "c").created_at;

    assert_int_equal(state_of(t.w, t.bob, t.ann).delivered_at, a);
    assert_int_equal(state_of(t.w, t.bob, t.ann).received_at, c);
}

/* ---- the latest with each ---- */

static void the_latest_of_each_conversation_whoever_wrote_it(void **state)
{
    struct two t = two_in(state);
    int64_t eve = world_user(t.w, "eve"), joe = world_user(t.w, "joe");
    int64_t peers[] = {eve, joe, 4711, t.bob, eve};

    send_text(t.w, t.ann, t.bob, "a");
    int64_t b = send_text(t.w, t.bob, t.ann, "b").id;
    int64_t c = send_text(t.w, t.ann, eve, "c").id;

    send_text(t.w, t.bob, eve, "d");
    struct message_item_list got = latest(t.w, t.ann, (struct i64_list){peers, COUNT(peers)});

    assert_int_equal(got.count, 3); /* joe and nobody are left out */
    assert_int_equal(got.at[0].id, c);
    assert_int_equal(got.at[0].from_id, t.ann);
    assert_int_equal(got.at[0].to_id, eve);
    assert_int_equal(got.at[1].id, b);
    assert_int_equal(got.at[1].from_id, t.bob);
    assert_int_equal(got.at[1].to_id, t.ann);
    assert_str(got.at[1].content, STR("b"));
    assert_int_equal(got.at[2].id, c);
}

static void at_most_500_peers_are_asked_for_at_once(void **state)
{
    struct two t = two_in(state);
    int64_t peers[IDS_MAX + 1] = {[IDS_MAX - 1] = t.bob};
    struct message_get_latest_req req = {.viewer_id = t.ann, .peer_ids = {peers, IDS_MAX + 1}};
    struct message_get_latest_resp resp = {0};

    send_text(t.w, t.ann, t.bob, "a");
    assert_err(message_get_latest(t.w->api.message, &t.w->ctx, &req, &resp), ERR_INVALID);
    assert_int_equal(resp.messages.count, 0);
    assert_int_equal(latest(t.w, t.ann, (struct i64_list){peers, IDS_MAX}).count, 1);
}

/* ---- a database of its own ---- */

static void it_works_on_a_database_of_its_own(void **state)
{
    struct two t = two_in(state);
    struct changes *changes = changes_create();
    struct message_api *alone = message_create(world_alone(t.w, message_migrations), changes,
                                               t.w->api.user, t.w->api.relation);
    struct world own = {.api.message = alone, .ctx = {.arena = &t.w->arena}};

    send_text(&own, t.ann, t.bob, "a");
    assert_int_equal(list(&own, t.bob, t.ann, 0, LIST_MAX).count, 1);
    assert_int_equal(state_of(&own, t.bob, t.ann).delivered_at,
                     state_of(&own, t.bob, t.ann).received_at);
    assert_int_equal(latest(&own, t.bob, (struct i64_list){&t.ann, 1}).count, 1);
    message_destroy(alone);
    changes_destroy(changes);
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(a_message_is_kept_as_it_was_sent),
        WORLD_TEST(who_is_blocked_cannot_write),
        WORLD_TEST(a_message_has_1_to_2000_characters),
        WORLD_TEST(nobody_writes_to_himself_or_to_who_is_not_there),
        WORLD_TEST(times_rise_also_when_the_clock_stands_or_goes_back),
        WORLD_TEST(times_rise_for_each_of_the_two_and_for_nobody_else),
        WORLD_TEST(the_clock_of_each_shows_the_latest_that_concerns_him),
        WORLD_TEST(news_are_of_all_conversations_in_the_order_of_time),
        WORLD_TEST(both_see_the_whole_conversation_oldest_first),
        WORLD_TEST(opening_shows_the_newest_that_fit),
        WORLD_TEST(a_conversation_is_between_two),
        WORLD_TEST(a_poll_brings_what_the_other_wrote_since),
        WORLD_TEST(what_was_never_delivered_comes_to_a_phone_that_is_ahead),
        WORLD_TEST(a_phone_that_asks_for_older_gets_it_again),
        WORLD_TEST(what_comes_again_leaves_newer_ones_delivered),
        WORLD_TEST(a_long_backlog_comes_in_pieces_oldest_first),
        WORLD_TEST(the_state_is_of_the_one_who_asks),
        WORLD_TEST(a_poll_that_brings_nothing_is_no_fact),
        WORLD_TEST(a_new_message_leaves_what_was_delivered),
        WORLD_TEST(the_latest_of_each_conversation_whoever_wrote_it),
        WORLD_TEST(at_most_500_peers_are_asked_for_at_once),
        WORLD_TEST(it_works_on_a_database_of_its_own),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
