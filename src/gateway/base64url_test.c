/* Tests of base64url: there is one way to write some bytes, and nothing else is taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "base64url.h"

enum { LONGEST = 40, VALUES = 256 };

static bool decode(struct str text, unsigned char out[LONGEST], size_t *len)
{
    return base64url_decode(text, out, LONGEST, len);
}

static void bytes_of_every_length_come_back(void **state)
{
    unsigned char bytes[LONGEST], back[LONGEST];
    char text[BASE64URL_LEN(LONGEST)];
    size_t len;

    (void)state;
    for (size_t n = 0; n <= LONGEST; n++) {
        for (size_t i = 0; i < n; i++)
            bytes[i] = (unsigned char)(i * 37 + n * 101);
        struct str written = {text, (size_t)(base64url_encode(bytes, n, text) - text)};

        assert_int_equal(written.len, BASE64URL_LEN(n));
        assert_true(decode(written, back, &len));
        assert_int_equal(len, n);
        assert_memory_equal(back, bytes, n);
    }
}

static void the_examples_of_the_rfc_are_right(void **state)
{
    unsigned char back[LONGEST];
    char text[BASE64URL_LEN(LONGEST)];
    size_t len;

    (void)state;
    assert_int_equal(base64url_encode("\xfb\xff\xfe", 3, text) - text, 4);
    assert_memory_equal(text, "-__-", 4);
    assert_true(decode(STR("Zm9vYg"), back, &len));
    assert_int_equal(len, 4);
    assert_memory_equal(back, "foob", 4);
}

/* In each place: the first of all is where a foreign one might pass for the highest. */
static void what_is_not_of_the_alphabet_is_refused(void **state)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    unsigned char back[LONGEST];
    size_t len;

    (void)state;
    for (int value = 0; value < VALUES; value++) {
        bool known = value != 0 && strchr(alphabet, value) != NULL;

        for (size_t at = 0; at < 4; at++) {
            char text[] = "____";

            text[at] = (char)value;
            assert_int_equal(decode((struct str){text, 4}, back, &len), known);
        }
    }
}

static void there_is_one_way_to_write_some_bytes(void **state)
{
    unsigned char back[LONGEST];
    size_t len;

    (void)state;
    assert_true(decode(STR("Zg"), back, &len));
    assert_false(decode(STR("Zh"), back, &len)); /* bits to spare that are not zero */
    assert_false(decode(STR("Zg=="), back, &len));
    assert_false(decode(STR("A"), back, &len)); /* six bits are no byte */
}

static void more_than_there_is_room_for_is_refused(void **state)
{
    unsigned char back[3] = {0};
    size_t len;

    (void)state;
    assert_true(base64url_decode(STR("Zm9v"), back, sizeof(back), &len));
    assert_false(base64url_decode(STR("Zm9v"), back, sizeof(back) - 1, &len));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_of_every_length_come_back),
        cmocka_unit_test(the_examples_of_the_rfc_are_right),
        cmocka_unit_test(what_is_not_of_the_alphabet_is_refused),
        cmocka_unit_test(there_is_one_way_to_write_some_bytes),
        cmocka_unit_test(more_than_there_is_room_for_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
