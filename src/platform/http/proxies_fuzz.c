/* Fuzz target: what proxies say about their clients. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"
#include "proxies.h"

static const struct address peer = {{[10] = 0xff, [11] = 0xff, [12] = 127, [15] = 1}};

/* A stranger in the place of the last hop is the client, whatever stood before it. */
static void check_stranger(struct arena *a, const struct proxies *p, struct str before)
{
    static const struct address stranger = {
        {[10] = 0xff, [11] = 0xff, [12] = 203, [14] = 113, [15] = 9}};
    struct proxies_client client;
    struct proxies_said said = {.addresses = arena_str(a, STR_FMT ",203.0.113.9", STR_ARG(before))};

    proxies_resolve(p, &peer, &said, &client);
    FUZZ_CHECK(memcmp(&client.address, &stranger, sizeof(stranger)) == 0);
}

/* What comes out can be printed and read again, and is its own block's block. */
static void check_round_trip(const struct address *a)
{
    char text[ADDRESS_TEXT];
    struct address again, block = address_block(a), twice = address_block(&block);

    address_format(a, text);
    FUZZ_CHECK(!address_known(a) || address_parse(str_of(text), &again));
    FUZZ_CHECK(!address_known(a) || memcmp(a, &again, sizeof(*a)) == 0);
    FUZZ_CHECK(memcmp(&block, &twice, sizeof(block)) == 0);
}

/* The first byte chooses the header, the rest is its value, and a list of trusted ranges. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct str text = str_from((struct str){(const char *)data, size}, 1);
    struct proxies p = {.header = size && data[0] & 1 ? PROXIES_FORWARDED : PROXIES_X_FORWARDED};
    struct proxies_said said = {text, text};
    struct proxies_client client;

    FUZZ_CHECK(!proxies_parse(&c, STR("127.0.0.1, 10.0.0.0/8, fd00::/8"), &p));
    proxies_resolve(&p, &peer, &said, &client);
    check_round_trip(&client.address);
    if (p.header == PROXIES_X_FORWARDED && !memchr(data, 0, size))
        check_stranger(&arena, &p, text);
    FUZZ_CHECK(proxies_parse(&c, text, &p) || p.count <= PROXIES_MAX);
    arena_fini(&arena);
    return 0;
}
