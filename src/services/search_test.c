/* Tests of searching: which people and videos hold the words of a question. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "world.h"

#include "limits.h"

enum { PAGE = 30, MANY = 70 };

static int64_t publish(struct world *w, int64_t author, const char *title)
{
    struct video_media media = world_upload;
    struct video_publish_req req = {.author_id = author, .title = str_of(title), .media = &media};
    struct video_publish_resp resp = {0};

    assert_ok(&w->ctx, video_publish(w->api.video, &w->ctx, &req, &resp));
    return resp.id;
}

static struct video_search_resp page(struct world *w, const char *text, int64_t before,
                                     int64_t limit)
{
    struct video_search_req req = {str_of(text), before, limit};
    struct video_search_resp resp = {0};

    assert_ok(&w->ctx, video_search(w->api.video, &w->ctx, &req, &resp));
    return resp;
}

static struct i64_list videos(struct world *w, const char *text)
{
    return page(w, text, 0, PAGE).ids;
}

static struct i64_list users(struct world *w, const char *text)
{
    struct user_search_req req = {str_of(text), 0, PAGE};
    struct user_search_resp resp = {0};

    assert_ok(&w->ctx, user_search(w->api.user, &w->ctx, &req, &resp));
    return resp.ids;
}

static void titles_are_found_by_all_their_words_in_any_order(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), dog = publish(w, ann, "A Dog in the snow"),
            both = publish(w, ann, "snowdog");

    assert_ids(videos(w, "dog"), both, dog);
    assert_ids(videos(w, "SNOW dog"), both, dog);
    assert_ids(videos(w, "the dog"), dog);
    assert_ids(videos(w, "god"));
    assert_ids(videos(w, "dog cat"));
}

static void chinese_is_found_by_one_character_or_more(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    int64_t cat = publish(w, ann, "\xe6\x88\x91\xe7\x9a\x84\xe5\xb0\x8f\xe7\x8c\xab");

    assert_ids(videos(w, "\xe5\xb0\x8f\xe7\x8c\xab"), cat);
    assert_ids(videos(w, "\xe7\x8c\xab"), cat);
    assert_ids(videos(w, "\xe7\x8c\xab\xe5\xb0\x8f"));
    assert_ids(videos(w, "\xe7\x8b\x97"));
}

static void people_are_found_by_their_names_and_not_among_videos(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "Annabel"), bob = world_user(w, "bob \xe5\xb0\x8f\xe6\x98\x8e");

    assert_ids(users(w, "anna"), ann);
    assert_ids(users(w, "\xe6\x98\x8e"), bob);
    assert_ids(videos(w, "anna"));
}

static void who_changes_his_name_is_found_by_the_new_one(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "Annabel");
    struct user_edit_req req = {.id = ann, .with_name = true, .name = STR("Christine")};
    struct user_edit_resp resp;

    assert_ok(&w->ctx, user_edit(w->api.user, &w->ctx, &req, &resp));
    assert_ids(users(w, "christ"), ann);
    assert_ids(users(w, "anna"));
}

static void a_video_with_another_title_is_found_by_that_one(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), video = publish(w, ann, "a dog");
    struct video_retitle_req req = {.id = video, .author_id = ann, .title = STR("a cat")};
    struct video_retitle_resp resp;

    assert_ok(&w->ctx, video_retitle(w->api.video, &w->ctx, &req, &resp));
    assert_ids(videos(w, "cat"), video);
    assert_ids(videos(w, "dog"));
}

static void a_video_that_is_gone_is_not_found(void **state)
{
    struct world *w = *state;
    int64_t video = publish(w, world_user(w, "ann"), "a dog");
    struct video_remove_req req = {.id = video};
    struct video_remove_resp gone = {0};

    assert_ok(&w->ctx, video_remove(w->api.video, &w->ctx, &req, &gone));
    assert_ids(videos(w, "dog"));
    assert_int_equal(world_number(w, "SELECT count(*) FROM search_pair WHERE kind = 2"), 0);
    assert_int_equal(world_number(w, "SELECT count(*) FROM search_text WHERE kind = 2"), 0);
}

/* As if they had been written before there was an index. */
static void forget_the_index(struct world *w)
{
    world_change(w, "DELETE FROM search_pair");
    world_change(w, "DELETE FROM search_text");
    world_change(w, "DELETE FROM search_fill");
}

static void what_was_there_before_the_index_is_found_when_it_is_filled(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "Annabel"), first = publish(w, ann, "a dog");
    enum { MORE_THAN_A_BATCH = 51 };
    bool more = true;

    for (int i = 0; i < MORE_THAN_A_BATCH; i++)
        publish(w, ann, "a cat");
    forget_the_index(w);
    assert_ids(videos(w, "dog"));
    assert_ok(&w->ctx, video_fill_search(w->db, &w->ctx, &more));
    assert_true(more); /* whoever begins here goes on there */
    assert_ok(&w->ctx, video_fill_search(w->db, &w->ctx, &more));
    assert_false(more);
    assert_ids(videos(w, "dog"), first);
    assert_int_equal(world_number(w, "SELECT count(*) FROM search_text WHERE kind = 2"),
                     MORE_THAN_A_BATCH + 1);
    assert_ids(users(w, "anna"));
    assert_ok(&w->ctx, user_fill_search(w->db, &w->ctx, &more));
    assert_ids(users(w, "anna"), ann);
    world_change(w, "DELETE FROM search_text WHERE kind = 1"); /* it is done once */
    assert_ok(&w->ctx, user_fill_search(w->db, &w->ctx, &more));
    assert_false(more);
    assert_int_equal(world_number(w, "SELECT count(*) FROM search_text WHERE kind = 1"), 0);
}

static void pages_neither_repeat_nor_skip(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann"), ids[MANY], before = 0;
    size_t seen = 0;

    for (size_t i = 0; i < MANY; i++)
        ids[i] = publish(w, ann, i % 2 ? "a dog" : "a dot");
    do {
        struct video_search_resp found = page(w, "dog", before, 4);

        for (size_t i = 0; i < found.ids.count; i++, seen++)
            assert_int_equal(found.ids.at[i], ids[MANY - 1 - 2 * seen]);
        before = found.next;
    } while (before);
    assert_int_equal(seen, MANY / 2);
}

/* All of them share every pair with the question, but for one none holds it. */
static void a_page_looks_at_so_many_and_goes_on_from_there(void **state)
{
    struct world *w = *state;
    int64_t right = publish(w, world_user(w, "ann"), "abca");

    for (int64_t i = 1; i <= SEARCH_LOOKS_MAX; i++) {
        world_change(w, arena_printf(&w->arena,
                                     "INSERT INTO search_text (id, kind, text) VALUES (%lld, 2,"
                                     " 'ab bc ca')",
                                     (long long)right + i));
        world_change(w, arena_printf(&w->arena,
                                     "INSERT INTO search_pair (pair, kind, id) SELECT pair, 2, %lld"
                                     " FROM search_pair WHERE kind = 2 AND id = %lld",
                                     (long long)right + i, (long long)right));
    }
    struct video_search_resp first = page(w, "abca", 0, PAGE);

    assert_int_equal(first.ids.count, 0);
    assert_int_equal(first.next, right + 1);
    assert_ids(page(w, "abca", first.next, PAGE).ids, right);
}

static void a_question_has_1_to_64_characters(void **state)
{
    struct world *w = *state;
    struct video_search_req req = {world_text(w, "x", SEARCH_MAX_CHARS + 1), 0, PAGE};
    struct video_search_resp resp = {0};

    assert_int_equal(video_search(w->api.video, &w->ctx, &req, &resp)->code, ERR_INVALID);
    req.text.len--;
    assert_ok(&w->ctx, video_search(w->api.video, &w->ctx, &req, &resp));
    req.text = STR(" \n ");
    assert_int_equal(video_search(w->api.video, &w->ctx, &req, &resp)->code, ERR_INVALID);
    req = (struct video_search_req){STR("x"), 0, 0};
    assert_int_equal(video_search(w->api.video, &w->ctx, &req, &resp)->code, ERR_INVALID);
    req.limit = IDS_MAX + 1;
    assert_int_equal(video_search(w->api.video, &w->ctx, &req, &resp)->code, ERR_INVALID);
}

static void as_many_words_as_fit_are_all_asked_for(void **state)
{
    struct world *w = *state;
    int64_t ann = world_user(w, "ann");
    int64_t video = publish(w, ann, "a b c d e f g h i j k l m n o p q r s t u v w x y z");

    assert_ids(videos(w, "z y x w v u t s r q p o n m l k j i h g f e d c b a"), video);
    assert_ids(videos(w, "z y x w v u t s r q p o n m l k j i h g f e d c b 1"));
}

int main(int argc, char **argv)
{
    static const struct CMUnitTest tests[] = {
        WORLD_TEST(titles_are_found_by_all_their_words_in_any_order),
        WORLD_TEST(chinese_is_found_by_one_character_or_more),
        WORLD_TEST(people_are_found_by_their_names_and_not_among_videos),
        WORLD_TEST(who_changes_his_name_is_found_by_the_new_one),
        WORLD_TEST(a_video_with_another_title_is_found_by_that_one),
        WORLD_TEST(a_video_that_is_gone_is_not_found),
        WORLD_TEST(what_was_there_before_the_index_is_found_when_it_is_filled),
        WORLD_TEST(pages_neither_repeat_nor_skip),
        WORLD_TEST(a_page_looks_at_so_many_and_goes_on_from_there),
        WORLD_TEST(a_question_has_1_to_64_characters),
        WORLD_TEST(as_many_words_as_fit_are_all_asked_for),
    };

    return world_begin(argc, argv) ? cmocka_run_group_tests(tests, NULL, NULL) : 0;
}
