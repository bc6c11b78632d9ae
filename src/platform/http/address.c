/* IP addresses: parsing, printing, ranges. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "address.h"

#include <arpa/inet.h>
#include <stdio.h>

enum { BITS = 128, BITS_BEFORE_V4 = 96, BYTES_BEFORE_V4 = 12, BLOCK_BYTES = 8 };

static const unsigned char v4_prefix[BYTES_BEFORE_V4] = {[10] = 0xff, [11] = 0xff};

static bool is_v4(const struct address *a)
{
    return memcmp(a->bytes, v4_prefix, sizeof(v4_prefix)) == 0;
}

static struct address from_v4(const void *four)
{
    struct address a;

    memcpy(a.bytes, v4_prefix, sizeof(v4_prefix));
    memcpy(a.bytes + BYTES_BEFORE_V4, four, sizeof(a.bytes) - BYTES_BEFORE_V4);
    return a;
}

bool address_parse(struct str text, struct address *out)
{
    char name[INET6_ADDRSTRLEN];
    struct in_addr four;

    if (!text.len || text.len >= sizeof(name) || memchr(text.ptr, 0, text.len))
        return false;
    memcpy(name, text.ptr, text.len);
    name[text.len] = 0;
    if (inet_pton(AF_INET, name, &four) == 1) {
        *out = from_v4(&four);
        return true;
    }
    return inet_pton(AF_INET6, name, out->bytes) == 1;
}

struct address address_of(const struct sockaddr *socket)
{
    struct address a = {{0}};

    if (socket && socket->sa_family == AF_INET)
        return from_v4(&((const struct sockaddr_in *)(const void *)socket)->sin_addr);
    if (socket && socket->sa_family == AF_INET6)
        memcpy(a.bytes, &((const struct sockaddr_in6 *)(const void *)socket)->sin6_addr,
               sizeof(a.bytes));
    return a;
}

bool address_known(const struct address *a)
{
    static const struct address none;

    return memcmp(a, &none, sizeof(none)) != 0;
}

void address_format(const struct address *a, char out[ADDRESS_TEXT])
{
    out[0] = 0;
    if (is_v4(a))
        (void)inet_ntop(AF_INET, a->bytes + BYTES_BEFORE_V4, out, ADDRESS_TEXT);
    else if (address_known(a))
        (void)inet_ntop(AF_INET6, a->bytes, out, ADDRESS_TEXT);
}

struct address address_block(const struct address *a)
{
    struct address block = *a;

    if (!is_v4(a))
        memset(block.bytes + BLOCK_BYTES, 0, sizeof(block.bytes) - BLOCK_BYTES);
    return block;
}

void address_format_block(const struct address *a, char out[ADDRESS_TEXT])
{
    struct address block = address_block(a);

    if (is_v4(a) || !address_known(a)) {
        address_format(a, out);
        return;
    }
    char name[INET6_ADDRSTRLEN] = "";

    (void)inet_ntop(AF_INET6, block.bytes, name, sizeof(name));
    (void)snprintf(out, ADDRESS_TEXT, "%s/64", name);
}

bool address_range_parse(struct str text, struct address_range *out)
{
    struct str bits = text, name = str_cut(&bits, '/');
    struct address base;
    int64_t count = 0;

    if (!address_parse(name, &base))
        return false;
    int before = is_v4(&base) && !memchr(name.ptr, ':', name.len) ? BITS_BEFORE_V4 : 0;

    if (name.len == text.len)
        count = BITS - before;
    else if (!str_to_i64(bits, &count) || count < 0 || count > BITS - before)
        return false;
    *out = (struct address_range){base, (int)count + before};
    return true;
}

bool address_range_has(const struct address_range *range, const struct address *a)
{
    size_t whole = (size_t)range->bits / 8, rest = (size_t)range->bits % 8;

    if (memcmp(range->base.bytes, a->bytes, whole) != 0)
        return false;
    return rest == 0 || ((range->base.bytes[whole] ^ a->bytes[whole]) >> (8 - rest)) == 0;
}
