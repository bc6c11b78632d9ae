/* Cursors: two numbers, highest byte first, as base64url. Not signed: they open nothing. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cursor.h"

#include "base64url.h"

enum { NUMBER = 8, BYTES = 2 * NUMBER };

static void put(unsigned char *at, int64_t value)
{
    for (int i = NUMBER; i-- > 0; value >>= 8)
        at[i] = (unsigned char)(value & 255);
}

static int64_t get(const unsigned char *at)
{
    uint64_t value = 0;

    for (int i = 0; i < NUMBER; i++)
        value = value << 8 | at[i];
    return (int64_t)value;
}

struct str cursor_write(struct ctx *c, struct cursor at)
{
    unsigned char bytes[BYTES];
    char *text = arena_bytes(c->arena, BASE64URL_LEN(BYTES));

    put(bytes, at.time);
    put(bytes + NUMBER, at.id);
    return (struct str){text, (size_t)(base64url_encode(bytes, BYTES, text) - text)};
}

bool cursor_read(struct str text, struct cursor *out)
{
    unsigned char bytes[BYTES];
    size_t len;

    if (!base64url_decode(text, bytes, sizeof(bytes), &len) || len != BYTES)
        return false;
    struct cursor at = {get(bytes), get(bytes + NUMBER)};

    if (at.time <= 0 || at.id <= 0)
        return false;
    *out = at;
    return true;
}
