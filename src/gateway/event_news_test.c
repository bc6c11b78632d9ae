/* Tests of events as text: in the order of time, and to each what is new to him. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "event_news.h"
#include "test.h"

struct page {
    struct arena arena;
    struct ctx c;
    struct look look;
    struct message_item messages[3];
    struct event_news news;
};

static void open_page(struct page *p)
{
    *p = (struct page){.c.arena = &p->arena, .look.c = &p->c};
    for (size_t i = 0; i < COUNT(p->messages); i++)
        p->messages[i] = (struct message_item){(int64_t)i + 1, 7, 8, STR("x"), (int64_t)i + 101};
    p->news = (struct event_news){
        .up_to = {8, 103, 0}, .messages = {p->messages, COUNT(p->messages)}, .with_unread = true};
}

static size_t times(struct str text, const char *what)
{
    struct str word = str_of(what);
    size_t count = 0;

    for (size_t i = 0; i + word.len <= text.len; i++)
        count += memcmp(text.ptr + i, word.ptr, word.len) == 0;
    return count;
}

static void each_hears_what_is_behind_his_own_place(void **state)
{
    struct page p;
    struct event_place behind = {.at = {8, 100, 0}}, ahead = {.at = {8, 102, 0}};

    (void)state;
    open_page(&p);
    struct str all = event_news_write(&p.look, &p.news, STR(""), &behind);
    struct str last = event_news_write(&p.look, &p.news, STR(""), &ahead);

    assert_int_equal(times(all, "event: message\n"), 3);
    assert_int_equal(times(last, "event: message\n"), 1);
    assert_int_equal(times(last, "id: 8.103.0\nevent: message\n"), 1);
    assert_int_equal(behind.at.message, 103);
    assert_int_equal(ahead.at.message, 103);
    arena_fini(&p.arena);
}

static void what_is_unread_is_told_when_it_changes(void **state)
{
    struct page p;
    struct event_place place = {.at = {8, 103, 0}};

    (void)state;
    open_page(&p);
    assert_int_equal(times(event_news_write(&p.look, &p.news, STR(""), &place), "event: unread\n"),
                     1);
    assert_int_equal(event_news_write(&p.look, &p.news, STR(""), &place).len, 0);
    p.news.unread.messages = 1;
    assert_int_equal(times(event_news_write(&p.look, &p.news, STR(""), &place),
                           "data: {\"messages\":1,\"notifications\":0}\n\n"),
                     1);
    p.news.with_unread = false; /* nobody has asked */
    p.news.unread.messages = 0;
    assert_int_equal(event_news_write(&p.look, &p.news, STR(""), &place).len, 0);
    arena_fini(&p.arena);
}

static void who_begins_anew_is_told_so_and_nothing_of_before(void **state)
{
    struct page p;
    struct event_place place = {.at = {8, 100, 0}, .reset = true};

    (void)state;
    open_page(&p);
    struct str text = event_news_write(&p.look, &p.news, STR(""), &place);

    assert_true(str_starts(text, STR("id: 8.103.0\nevent: reset\ndata: null\n\n")));
    assert_int_equal(times(text, "event: message\n"), 0);
    assert_false(place.reset);
    arena_fini(&p.arena);
}

static struct err *list_later(struct notice_api *self, struct ctx *c,
                              const struct notice_list_req *req, struct notice_list_resp *resp)
{
    struct notice_item *at = arena_array(c->arena, struct notice_item, (size_t)req->limit);

    (void)self;
    for (int64_t i = 0; i < req->limit; i++)
        at[i] = (struct notice_item){.id = 1000 - i, .at = 1000 - i};
    resp->notices = (struct notice_item_list){at, (size_t)req->limit};
    return NULL;
}

static struct err *count_none(struct notice_api *self, struct ctx *c,
                              const struct notice_count_unread_req *req,
                              struct notice_count_unread_resp *resp)
{
    (void)self, (void)c, (void)req;
    *resp = (struct notice_count_unread_resp){0};
    return NULL;
}

static struct err *list_no_messages(struct message_api *self, struct ctx *c,
                                    const struct message_list_news_req *req,
                                    struct message_list_resp *resp)
{
    (void)self, (void)c, (void)req;
    *resp = (struct message_list_resp){0};
    return NULL;
}

/* More came after the clock was read than are given: what lies before may be among what is not. */
static void notices_that_newer_ones_pushed_out_are_no_silent_loss(void **state)
{
    static const struct notice_api_ops notice_ops = {.list = list_later,
                                                     .count_unread = count_none};
    static const struct message_api_ops message_ops = {.list_news = list_no_messages};
    struct notice_api notices = {&notice_ops};
    struct message_api messages = {&message_ops};
    struct gateway g = {.deps.services = {.notice = &notices, .message = &messages}};
    const struct event_cursor after = {8, 100, 0}, clock = {8, 103, 0};
    struct page p;
    struct event_place place = {.at = after};

    (void)state;
    open_page(&p);
    p.look.g = &g;
    p.news = (struct event_news){.with_unread = false};
    assert_null(event_news_fetch(&p.look, &after, &clock, &p.news));
    assert_int_equal(times(event_news_write(&p.look, &p.news, STR(""), &place), "event: reset\n"),
                     1);
    arena_fini(&p.arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hears_what_is_behind_his_own_place),
        cmocka_unit_test(what_is_unread_is_told_when_it_changes),
        cmocka_unit_test(who_begins_anew_is_told_so_and_nothing_of_before),
        cmocka_unit_test(notices_that_newer_ones_pushed_out_are_no_silent_loss),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
