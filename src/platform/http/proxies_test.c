/* Tests of trusted proxies: addresses, ranges, and whose word is taken. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "test.h"

#include "proxies.h"

struct fixture {
    struct arena arena;
    struct ctx ctx;
};

static int setup(void **state)
{
    static struct fixture f;

    f = (struct fixture){.ctx = {.arena = &f.arena}};
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    arena_fini(&f->arena);
    return 0;
}

static struct address address(const char *text)
{
    struct address a = {{0}};

    assert_true(address_parse(str_of(text), &a));
    return a;
}

static struct proxies trusting(struct fixture *f, enum proxies_header header, const char *list)
{
    struct proxies p = {.header = header};

    assert_ok(&f->ctx, proxies_parse(&f->ctx, str_of(list), &p));
    return p;
}

/* Whom a request that 127.0.0.1 passed on counts for. */
static void assert_client(const struct proxies *p, const char *said, const char *want)
{
    struct address peer = address("127.0.0.1");
    struct proxies_said headers = {.addresses = str_of(said)};
    struct proxies_client client;
    char text[ADDRESS_TEXT];

    proxies_resolve(p, &peer, &headers, &client);
    address_format(&client.address, text);
    if (strcmp(text, want) != 0)
        fail_msg("\"%s\" gave %s, not %s", said, text, want);
}

/* ---- addresses ---- */

static void addresses_are_read_and_printed_in_one_way(void **state)
{
    static const struct {
        const char *text, *printed, *block;
    } cases[] = {
        {"1.2.3.4", "1.2.3.4", "1.2.3.4"},
        {"::ffff:1.2.3.4", "1.2.3.4", "1.2.3.4"},
        {"2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:db8::/64"},
        {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
        {"::1", "::1", "::/64"},
        {"fe80:1234:1234:1234:ffff:ffff:ffff:ffff", "fe80:1234:1234:1234:ffff:ffff:ffff:ffff",
         "fe80:1234:1234:1234::/64"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address a = address(cases[i].text);
        char text[ADDRESS_TEXT];

        address_format(&a, text);
        assert_string_equal(text, cases[i].printed);
        address_format_block(&a, text);
        assert_string_equal(text, cases[i].block);
    }
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const cases[] = {
        "",       "1.2.3",       "1.2.3.4.5", "1.2.3.256", "1.2.3.4 ",      " 1.2.3.4",
        "::1%lo", "[::1]",       "unknown",   "_hidden",   "1.2.3.4:80",    "localhost",
        "0x7f.1", "127.0.0.1/8", ":::",       "12345::",   "01.02.03.04.05"};
    struct address a;

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (address_parse(str_of(cases[i]), &a))
            fail_msg("\"%s\" was taken for an address", cases[i]);
    assert_false(address_parse((struct str){"::1\0x", 5}, &a));
}

static void a_socket_of_no_address_is_not_known(void **state)
{
    struct sockaddr other = {.sa_family = AF_UNIX};
    struct address none = address_of(NULL), local = address_of(&other);
    char text[ADDRESS_TEXT] = "x";

    (void)state;
    assert_false(address_known(&none));
    assert_false(address_known(&local));
    address_format_block(&none, text);
    assert_string_equal(text, "");
}

static void a_range_holds_what_begins_with_its_bits(void **state)
{
    static const struct {
        const char *range, *address;
        bool inside;
    } cases[] = {
        {"10.0.0.0/8", "10.255.1.2", true},
        {"10.0.0.0/8", "11.0.0.0", false},
        {"10.1.2.3/8", "10.9.9.9", true},
        {"10.0.0.1", "10.0.0.1", true},
        {"10.0.0.1", "10.0.0.2", false},
        {"192.168.0.128/25", "192.168.0.129", true},
        {"192.168.0.128/25", "192.168.0.1", false},
        {"0.0.0.0/0", "255.255.255.255", true},
        {"0.0.0.0/0", "::1", false},
        {"::/0", "1.2.3.4", true},
        {"fd00::/8", "fdff::1", true},
        {"fd00::/8", "fe00::1", false},
        {"2001:db8::/33", "2001:db8:7fff::", true},
        {"2001:db8::/33", "2001:db8:8000::", false},
        {"::1", "::1", true},
        {"127.0.0.0/8", "::1", false},
        {"1.2.3.4/32", "1.2.3.4", true},
        {"1.2.3.4", "::ffff:1.2.3.4", true},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct address_range range;
        struct address a = address(cases[i].address);

        assert_true(address_range_parse(str_of(cases[i].range), &range));
        if (address_range_has(&range, &a) != cases[i].inside)
            fail_msg("%s and %s", cases[i].range, cases[i].address);
    }
}

static void a_list_with_a_mistake_is_refused(void **state)
{
    static const char *const cases[] = {"10.0.0.0/33",     "10.0.0.0/",  "10.0.0.0/-1",
                                        "::/129",          "x",          "1.2.3.4,,5.6.7.8",
                                        "1.2.3.4 5.6.7.8", "10.0.0.0/8x"};
    struct fixture *f = *state;
    struct proxies p = {.count = 0};

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_err(proxies_parse(&f->ctx, str_of(cases[i]), &p), ERR_INVALID);
    char *many = arena_printf(&f->arena, "1.1.1.1");

    for (int i = 0; i < PROXIES_MAX; i++)
        many = arena_printf(&f->arena, "%s,1.1.1.1", many);
    assert_err(proxies_parse(&f->ctx, str_of(many), &p), ERR_INVALID);
}

static void nobody_is_trusted_unless_named(void **state)
{
    struct proxies p = trusting(*state, PROXIES_X_FORWARDED, "");
    struct address a = address("127.0.0.1");

    assert_false(proxies_trust(&p, &a));
    p = trusting(*state, PROXIES_X_FORWARDED, " 10.0.0.0/8 , 127.0.0.1");
    assert_true(proxies_trust(&p, &a));
}

/* ---- who is the client? ---- */

static void the_last_stranger_is_the_client(void **state)
{
    struct proxies p = trusting(*state, PROXIES_X_FORWARDED, "127.0.0.1, 10.0.0.0/8");

    assert_client(&p, "203.0.113.7", "203.0.113.7");
    assert_client(&p, "203.0.113.7, 10.0.0.1", "203.0.113.7");
    assert_client(&p, "198.51.100.1, 203.0.113.7", "203.0.113.7");
    assert_client(&p, "198.51.100.1, 203.0.113.7, 10.0.0.1,10.0.0.2", "203.0.113.7");
    assert_client(&p, "10.0.0.9, 10.0.0.1", "10.0.0.9");
    assert_client(&p, "2001:db8::5", "2001:db8::5");
    assert_client(&p, "[2001:db8::5]:443", "2001:db8::5");
    assert_client(&p, "203.0.113.7:51234", "203.0.113.7");
}

static void a_client_cannot_name_itself(void **state)
{
    struct proxies p = trusting(*state, PROXIES_X_FORWARDED, "127.0.0.1");

    assert_client(&p, "127.0.0.1, 203.0.113.7", "203.0.113.7");
    assert_client(&p, "198.51.100.1, 127.0.0.1, 203.0.113.7", "203.0.113.7");
    assert_client(&p, "\"198.51.100.1, 203.0.113.7", "203.0.113.7");
    assert_client(&p, "for=198.51.100.1, 203.0.113.7", "203.0.113.7");
}

static void what_cannot_be_read_is_nobody_else(void **state)
{
    static const char *const cases[] = {"",
                                        "unknown",
                                        "_hidden",
                                        "203.0.113.7:",
                                        "203.0.113.7:99999",
                                        "203.0.113.7:-1",
                                        "203.0.113.7 198.51.100.1",
                                        "[203.0.113.7]",
                                        "[2001:db8::5",
                                        "[2001:db8::5]x",
                                        "[2001:db8::5]:",
                                        "[]",
                                        "[",
                                        "198.51.100.1, unknown",
                                        ",,,"};
    struct proxies p = trusting(*state, PROXIES_X_FORWARDED, "127.0.0.1");

    for (size_t i = 0; i < COUNT(cases); i++)
        assert_client(&p, cases[i], "127.0.0.1");
    p = trusting(*state, PROXIES_X_FORWARDED, "127.0.0.1, 10.0.0.0/8");
    assert_client(&p, "198.51.100.1, unknown, 10.0.0.1", "10.0.0.1");
}

static void only_the_last_hops_are_looked_at(void **state)
{
    struct fixture *f = *state;
    struct proxies p = trusting(f, PROXIES_X_FORWARDED, "127.0.0.1, 10.0.0.0/8");
    char *list = arena_printf(&f->arena, "203.0.113.7");

    for (int i = 1; i < PROXIES_HOPS_MAX; i++)
        list = arena_printf(&f->arena, "%s, 10.0.0.%d", list, i);
    assert_client(&p, list, "203.0.113.7");
    list = arena_printf(&f->arena, "%s, 10.0.0.99", list);
    assert_client(&p, list, "10.0.0.1");
    for (int i = 0; i < 1000; i++)
        list = arena_printf(&f->arena, "%s,x", i ? list : "x");
    assert_client(&p, arena_printf(&f->arena, "%s, 203.0.113.7", list), "203.0.113.7");
}

static void forwarded_is_read_as_rfc_7239_writes_it(void **state)
{
    struct proxies p = trusting(*state, PROXIES_FORWARDED, "127.0.0.1, 10.0.0.0/8");

    assert_client(&p, "for=203.0.113.7", "203.0.113.7");
    assert_client(&p, "For=\"203.0.113.7:4711\"", "203.0.113.7");
    assert_client(&p, "for=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17");
    assert_client(&p, "for=203.0.113.7;proto=http;by=10.0.0.1", "203.0.113.7");
    assert_client(&p, "by=10.0.0.1; proto=https; for=203.0.113.7", "203.0.113.7");
    assert_client(&p, "for=198.51.100.1, for=203.0.113.7, for=10.0.0.1", "203.0.113.7");
    assert_client(&p, "for=198.51.100.1;x=\"a,b;for=1.1.1.1\", for=10.0.0.1", "198.51.100.1");
    assert_client(&p, "for=198.51.100.1;x=\"a\\\",b\", for=10.0.0.1", "198.51.100.1");
    assert_client(&p, "for=unknown", "127.0.0.1");
    assert_client(&p, "for=_secret", "127.0.0.1");
    assert_client(&p, "203.0.113.7", "127.0.0.1");
    assert_client(&p, "for=\"203.0.113.7", "127.0.0.1");
}

static bool https(struct fixture *f, enum proxies_header header, const char *addresses,
                  const char *scheme)
{
    struct proxies p = trusting(f, header, "127.0.0.1, 10.0.0.0/8");
    struct address peer = address("127.0.0.1");
    struct proxies_said said = {str_of(addresses), str_of(scheme)};
    struct proxies_client client;

    proxies_resolve(&p, &peer, &said, &client);
    return client.https;
}

static void the_scheme_is_what_the_proxy_says(void **state)
{
    struct fixture *f = *state;

    assert_true(https(f, PROXIES_X_FORWARDED, "203.0.113.7", "https"));
    assert_true(https(f, PROXIES_X_FORWARDED, "", "HTTPS"));
    assert_true(https(f, PROXIES_X_FORWARDED, "203.0.113.7", "http, https"));
    assert_false(https(f, PROXIES_X_FORWARDED, "203.0.113.7", "https, http"));
    assert_false(https(f, PROXIES_X_FORWARDED, "203.0.113.7", "javascript"));
    assert_false(https(f, PROXIES_X_FORWARDED, "203.0.113.7", ""));
    assert_true(https(f, PROXIES_FORWARDED, "for=203.0.113.7;proto=https", ""));
    assert_true(https(f, PROXIES_FORWARDED, "for=203.0.113.7;proto=https, for=10.0.0.1", ""));
    assert_false(https(f, PROXIES_FORWARDED, "for=198.51.100.1;proto=https, for=203.0.113.7", ""));
    assert_false(https(f, PROXIES_FORWARDED, "for=203.0.113.7", "https"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(addresses_are_read_and_printed_in_one_way),
        TEST(what_is_no_address_is_refused),
        TEST(a_socket_of_no_address_is_not_known),
        TEST(a_range_holds_what_begins_with_its_bits),
        TEST(a_list_with_a_mistake_is_refused),
        TEST(nobody_is_trusted_unless_named),
        TEST(the_last_stranger_is_the_client),
        TEST(a_client_cannot_name_itself),
        TEST(what_cannot_be_read_is_nobody_else),
        TEST(only_the_last_hops_are_looked_at),
        TEST(forwarded_is_read_as_rfc_7239_writes_it),
        TEST(the_scheme_is_what_the_proxy_says),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
