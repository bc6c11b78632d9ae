/* Tests of words: what is taken for the same, and by which pairs it is found. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "search_words.h"

static void what_people_take_for_the_same_is_made_the_same(void **state)
{
    const struct {
        const char *text, *folded;
    } cases[] = {
        {"", ""},
        {"  \t\n", ""},
        {" A  dog\n", "a dog"},
        {"\xef\xbc\xa8\xef\xbd\x89\xef\xbc\x81", "hi!"}, /* wide */
        {"\xc3\x89T\xc3\x89", "\xc3\xa9t\xc3\xa9"},      /* Latin */
        {"\xce\xa3\xce\x91", "\xcf\x83\xce\xb1"},        /* Greek */
        {"\xd0\x81\xd0\x96", "\xd1\x91\xd0\xb6"},        /* Cyrillic */
        {"\xc5\xbb\xc5\xb9", "\xc5\xbc\xc5\xba"},        /* Latin, in twos */
        {"\xe5\xb0\x8f\xe3\x80\x80\xe6\x98\x8e", "\xe5\xb0\x8f \xe6\x98\x8e"},
        {"\xc3\x97\xc3\xb7", "\xc3\x97\xc3\xb7"}, /* no letters */
        {"\xff", ""},
    };
    struct arena a = {0};

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_str(search_fold(&a, str_of(cases[i].text)), str_of(cases[i].folded));
    arena_fini(&a);
}

static bool is_in(struct sql_ids all, int64_t one)
{
    for (size_t i = 0; i < all.count; i++)
        if (all.at[i] == one)
            return true;
    return false;
}

/* Would the question's word find the text? */
static bool finds(struct arena *a, const char *word, const char *text)
{
    struct sql_ids asked = search_pairs_of_word(a, search_fold(a, str_of(word))),
                   there = search_pairs(a, search_fold(a, str_of(text)));

    assert_true(asked.count > 0);
    for (size_t i = 0; i < asked.count; i++)
        if (!is_in(there, asked.at[i]))
            return false;
    return true;
}

static void any_piece_of_two_characters_or_more_is_found(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_true(finds(&a, "DOG", "hotdogs"));
    assert_true(finds(&a, "og", "a dog"));
    assert_false(finds(&a, "god", "a dog"));
    assert_false(finds(&a, "ad", "a dog"));
    assert_true(
        finds(&a, "\xe5\xb0\x8f\xe7\x8c\xab", "\xe6\x88\x91\xe7\x9a\x84\xe5\xb0\x8f\xe7\x8c\xab"));
    assert_false(finds(&a, "\xe7\x8c\xab\xe5\xb0\x8f", "\xe5\xb0\x8f\xe7\x8c\xab"));
    arena_fini(&a);
}

static void one_character_is_found_where_a_word_begins_or_in_scripts_without_blanks(void **state)
{
    struct arena a = {0};

    (void)state;
    assert_true(finds(&a, "d", "a dog"));
    assert_false(finds(&a, "o", "a dog"));
    assert_true(finds(&a, "\xe7\x8c\xab", "\xe5\xb0\x8f\xe7\x8c\xab"));
    arena_fini(&a);
}

static void each_pair_is_there_once(void **state)
{
    struct arena a = {0};
    struct sql_ids pairs = search_pairs(&a, STR("aaaa aaaa"));

    (void)state;
    assert_int_equal(pairs.count, 2); /* "aa", and "a" that begins a word */
    assert_int_equal(search_pairs(&a, STR("")).count, 0);
    arena_fini(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_people_take_for_the_same_is_made_the_same),
        TEST(any_piece_of_two_characters_or_more_is_found),
        TEST(one_character_is_found_where_a_word_begins_or_in_scripts_without_blanks),
        TEST(each_pair_is_there_once),
    };

    return cmocka_run_group_tests_name("search words", tests, NULL, NULL);
}
