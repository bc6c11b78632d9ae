/* Tests of Accept-Encoding: which codings a client is taken to read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "accept.h"

static void a_coding_is_taken_when_it_is_named_with_a_weight(void **state)
{
    static const struct {
        struct str header;
        bool br, gzip;
    } cases[] = {
        {STR_INIT(""), false, false},
        {STR_INIT("gzip, deflate, br, zstd"), true, true},
        {STR_INIT("gzip"), false, true},
        {STR_INIT("GZip;q=1.0"), false, true},
        {STR_INIT("br;q=0, gzip;q=0.001"), false, true},
        {STR_INIT("br ; Q = 0.000 , gzip"), false, true},
        {STR_INIT("*"), true, true},
        {STR_INIT("*;q=0"), false, false},
        {STR_INIT("gzip;q=0, *"), true, false},
        {STR_INIT("*;q=0, br"), true, false},
        {STR_INIT("identity"), false, false},
        {STR_INIT("x-br, brr, gzi"), false, false},
        {STR_INIT(",,;q=1,gzip;level=0;q=0"), false, false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_int_equal(accept_encoding(cases[i].header, STR("br")), cases[i].br);
        assert_int_equal(accept_encoding(cases[i].header, STR("gzip")), cases[i].gzip);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {TEST(a_coding_is_taken_when_it_is_named_with_a_weight)};

    return cmocka_run_group_tests_name("accept", tests, NULL, NULL);
}
