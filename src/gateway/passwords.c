/* Passwords: hashing and comparing, in the same time for everybody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords.h"

#include <crypt.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "limits.h"
#include "text_rules.h"

struct passwords {
    int cost;
    char nobody[CRYPT_GENSALT_OUTPUT_SIZE]; /* cost and salt of what no password becomes */
};

static struct str run(struct ctx *c, const char *password, const char *setting)
{
    struct crypt_data *data = arena_new(c->arena, struct crypt_data);
    const char *hash = crypt_r(password, setting, data);
    struct str out = hash && hash[0] != '*' ? arena_copy(c->arena, str_of(hash)) : (struct str){0};

    OPENSSL_cleanse(data, sizeof(*data));
    return out;
}

static struct err *make_setting(struct ctx *c, int cost, char out[CRYPT_GENSALT_OUTPUT_SIZE])
{
    if (crypt_gensalt_rn("$2b$", (unsigned long)cost, NULL, 0, out, CRYPT_GENSALT_OUTPUT_SIZE))
        return NULL;
    return err_new(c, ERR_INTERNAL, "no salt for a password of cost %d", cost);
}

struct err *passwords_create(struct ctx *c, int cost, struct passwords **out)
{
    struct passwords *p = calloc(1, sizeof(*p));

    if (!p)
        abort();
    p->cost = cost;
    struct err *e = make_setting(c, cost, p->nobody);

    if (e) {
        passwords_destroy(p);
        return e;
    }
    *out = p;
    return NULL;
}

void passwords_destroy(struct passwords *p)
{
    free(p);
}

struct err *passwords_hash(struct passwords *p, struct ctx *c, struct str password, struct str *out)
{
    static const struct text_rule rule = {
        .what = "password", .min_chars = PASSWORD_MIN_CHARS, .max_chars = PASSWORD_MAX_CHARS};

    TRY(text_rules_check(c, &rule, password));
    if (password.len > PASSWORD_MAX_BYTES)
        return err_new(c, ERR_INVALID, "the password has more than %d bytes", PASSWORD_MAX_BYTES);
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    TRY(make_setting(c, p->cost, setting));
    *out = run(c, arena_copy(c->arena, password).ptr, setting);
    return out->len ? NULL : err_new(c, ERR_INTERNAL, "bcrypt failed");
}

bool passwords_match(struct passwords *p, struct ctx *c, struct str password, struct str hash)
{
    struct str against = hash.len ? hash : str_of(p->nobody);
    bool usable = password.len <= PASSWORD_MAX_BYTES &&
                  (!password.len || !memchr(password.ptr, 0, password.len));
    struct str tried =
        run(c, usable ? arena_copy(c->arena, password).ptr : "", arena_copy(c->arena, against).ptr);

    if (!tried.len || tried.len != against.len)
        return false;
    return CRYPTO_memcmp(tried.ptr, against.ptr, tried.len) == 0 && hash.len > 0 && usable;
}
