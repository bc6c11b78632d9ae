/* Cookies of sessions: made, found in a request, and known again by their hash. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "browser_login.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include <openssl/sha.h>

#include "base64url.h"
#include "clock.h"

enum {
    OWNER_BYTES = 8,
    SECRET_BYTES = 24,
    COOKIE_BYTES = OWNER_BYTES + SECRET_BYTES,
    COOKIE_LEN = BASE64URL_LEN(COOKIE_BYTES),
    ID_SPARE_BITS = 11 /* ids are numbers that clients can count with: 53 bits */
};

static uint64_t read_u64(const unsigned char *bytes)
{
    uint64_t value = 0;

    for (size_t i = 0; i < sizeof(value); i++)
        value = value << 8 | bytes[i];
    return value;
}

static void write_u64(uint64_t value, unsigned char *bytes)
{
    for (size_t i = sizeof(value); i-- > 0; value >>= 8)
        bytes[i] = (unsigned char)value;
}

static struct str encode(struct ctx *c, const unsigned char *bytes, size_t len)
{
    char *text = arena_bytes(c->arena, BASE64URL_LEN(len));

    return (struct str){text, (size_t)(base64url_encode(bytes, len, text) - text)};
}

/* A hash needs no salt: what is hashed is random. */
static struct user_find_login_req key_of(struct ctx *c, const unsigned char cookie[COOKIE_BYTES])
{
    unsigned char hash[SHA256_DIGEST_LENGTH];

    SHA256(cookie, COOKIE_BYTES, hash);
    return (struct user_find_login_req){
        .user_id = (int64_t)read_u64(cookie),
        .id = (int64_t)(read_u64(hash) >> ID_SPARE_BITS),
        .secret_hash = encode(c, hash, sizeof(hash)),
    };
}

struct user_find_login_req browser_login_new(struct ctx *c, int64_t user_id, struct str *cookie)
{
    unsigned char bytes[COOKIE_BYTES];

    write_u64((uint64_t)user_id, bytes);
    if (getrandom(bytes + OWNER_BYTES, SECRET_BYTES, 0) != SECRET_BYTES)
        abort();
    *cookie = encode(c, bytes, sizeof(bytes));
    return key_of(c, bytes);
}

/* "a=1; duan_session=..." (RFC 6265, section 4.2). */
static struct str find_cookie(struct str header)
{
    while (header.len) {
        struct str value = str_cut(&header, ';');
        struct str name = str_cut(&value, '=');

        if (str_eq(str_trim(name), STR(BROWSER_LOGIN_NAME)))
            return str_trim(value);
    }
    return (struct str){0};
}

struct str browser_login_value(const struct http_req *req)
{
    return find_cookie(req->headers[HTTP_COOKIE]);
}

bool browser_login_read(struct ctx *c, const struct http_req *req, struct user_find_login_req *out)
{
    struct str value = browser_login_value(req);
    unsigned char bytes[COOKIE_BYTES];
    size_t len;

    if (value.len != COOKIE_LEN || !base64url_decode(value, bytes, sizeof(bytes), &len) ||
        len != COOKIE_BYTES)
        return false;
    struct user_find_login_req key = key_of(c, bytes);

    if (key.user_id <= 0 || !key.id)
        return false;
    *out = key;
    return true;
}

bool browser_login_holds(const struct user_login *found, int64_t ttl_s)
{
    return found->id && found->seen_at + ttl_s * CLOCK_MS_PER_S > clock_wall_ms();
}

/* Lax: other sites can lead a browser here, but not have it send anything in somebody's name. */
const char *browser_login_header(struct ctx *c, struct str value, int64_t ttl_s, bool secure)
{
    return arena_printf(c->arena,
                        BROWSER_LOGIN_NAME
                        "=" STR_FMT "; Path=/; HttpOnly; SameSite=Lax; Max-Age=%" PRId64 "%s",
                        STR_ARG(value), value.len ? ttl_s : 0, secure ? "; Secure" : "");
}
