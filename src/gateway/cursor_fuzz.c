/* Fuzz target: cursors as clients send them, and base64url. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base64url.h"
#include "cursor.h"

enum { CURSOR_LEN = 22, DECODED_MAX = 4096 };

/* A cursor that is taken is the one way to write what it says. */
static void check_read(struct ctx *c, struct str text)
{
    struct cursor at = {-1, -2};

    if (!cursor_read(text, &at)) {
        FUZZ_CHECK(at.time == -1 && at.id == -2);
        return;
    }
    FUZZ_CHECK(at.time > 0 && at.id > 0 && text.len == CURSOR_LEN);
    FUZZ_CHECK(str_eq(cursor_write(c, at), text));
}

/* Two numbers of the input, written and read again. */
static void check_write(struct ctx *c, const uint8_t *data, size_t size)
{
    struct cursor at = {0, 0}, back = {0, 0};

    if (size < sizeof(at))
        return;
    memcpy(&at, data, sizeof(at));
    bool good = at.time > 0 && at.id > 0;

    FUZZ_CHECK(cursor_read(cursor_write(c, at), &back) == good);
    FUZZ_CHECK(!good || (back.time == at.time && back.id == at.id));
}

/* Any bytes come back; any text that is taken is what its bytes become. */
static void check_base64url(struct ctx *c, const uint8_t *data, size_t size)
{
    char *text = arena_bytes(c->arena, BASE64URL_LEN(size) + 1);
    struct str written = {text, (size_t)(base64url_encode(data, size, text) - text)};
    unsigned char *bytes = (unsigned char *)arena_bytes(c->arena, size + 1);
    size_t len = 0;

    FUZZ_CHECK(written.len == BASE64URL_LEN(size));
    FUZZ_CHECK(base64url_decode(written, bytes, size, &len) && len == size);
    FUZZ_CHECK(!size || memcmp(bytes, data, size) == 0);
    FUZZ_CHECK(!size || !base64url_decode(written, bytes, size - 1, &len));
    if (!base64url_decode((struct str){(const char *)data, size}, bytes, size, &len))
        return;
    written.len = (size_t)(base64url_encode(bytes, len, text) - text);
    FUZZ_CHECK(str_eq(written, (struct str){(const char *)data, size}));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    check_read(&c, (struct str){(const char *)data, size});
    check_write(&c, data, size);
    if (size <= DECODED_MAX)
        check_base64url(&c, data, size);
    arena_fini(&arena);
    return 0;
}
