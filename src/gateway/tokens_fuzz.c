/* Fuzzer of tokens: the input as a token, and as a body that was signed with the right key. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "tokens.h"

/* {"alg":"HS256","typ":"JWT"} */
#define HEAD "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9"
#define SECRET "0123456789abcdef0123456789abcdef"

enum { SIGNED_MAX = 4096, BODY_MAX = 256, MAC_LEN = 32 };

/* base64url without padding; returns the length. */
static size_t encode(const uint8_t *data, size_t size, char *out)
{
    size_t len = (size_t)EVP_EncodeBlock((unsigned char *)out, data, (int)size);

    while (len && out[len - 1] == '=')
        len--;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(out[i] == '+' ? '-' : out[i] == '/' ? '_' : out[i]);
    return len;
}

/* In the memory of the arena, as long as the token to the byte. */
static struct str sign(struct arena *a, const uint8_t *body, size_t size)
{
    unsigned char mac[MAC_LEN];
    unsigned int mac_len = sizeof(mac);
    char *text = arena_bytes(a, sizeof(HEAD) + 2 * (size + MAC_LEN) + 16);
    size_t len = sizeof(HEAD);

    memcpy(text, HEAD ".", sizeof(HEAD));
    len += encode(body, size, text + len);
    FUZZ_CHECK(
        HMAC(EVP_sha256(), SECRET, sizeof(SECRET) - 1, (unsigned char *)text, len, mac, &mac_len));
    text[len++] = '.';
    len += encode(mac, mac_len, text + len);
    return arena_copy(a, (struct str){text, len});
}

static bool holds(struct str body, const char *what)
{
    return body.ptr && body.len && memmem(body.ptr, body.len, what, strlen(what));
}

/* Only our key makes a token, so one that holds was made of such a body. */
static void check_signed(struct tokens *t, struct arena *a, const uint8_t *data, size_t size)
{
    struct str body = {(const char *)data, size};
    struct token_claims claims = {77, 78};

    if (tokens_verify(t, sign(a, data, size), &claims)) {
        FUZZ_CHECK(claims.user_id > 0 && claims.session >= 0 && size <= BODY_MAX);
        FUZZ_CHECK(holds(body, "\"uid\":") && holds(body, "\"exp\":"));
    } else {
        FUZZ_CHECK(claims.user_id == 77 && claims.session == 78);
    }
}

/* What is accepted as it stands is refused when it is one byte shorter or longer. */
static void check_raw(struct tokens *t, struct arena *a, const uint8_t *data, size_t size)
{
    struct str token = {(const char *)data, size};
    struct token_claims claims = {77, 78};

    if (!tokens_verify(t, token, &claims)) {
        FUZZ_CHECK(claims.user_id == 77 && claims.session == 78);
        return;
    }
    FUZZ_CHECK(claims.user_id > 0);
    token.len--;
    FUZZ_CHECK(!tokens_verify(t, token, &claims));
    FUZZ_CHECK(!tokens_verify(t, arena_str(a, STR_FMT "AA", STR_ARG(token)), &claims));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct tokens *t = NULL;

    FUZZ_CHECK(!tokens_create(&c, STR(SECRET), 1, &t));
    check_raw(t, &arena, data, size);
    if (size <= SIGNED_MAX)
        check_signed(t, &arena, data, size);
    tokens_destroy(t);
    arena_fini(&arena);
    return 0;
}
