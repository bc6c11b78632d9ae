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

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_hears_what_is_behind_his_own_place),
        cmocka_unit_test(what_is_unread_is_told_when_it_changes),
        cmocka_unit_test(who_begins_anew_is_told_so_and_nothing_of_before),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
