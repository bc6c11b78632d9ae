/* Passwords: hashing and comparing, in the same time for everybody. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "passwords.h"

#include <crypt.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/crypto.h>

#include "limits.h"
#include "text_rules.h"

struct passwords {
    int cost;
    char *nobody; /* the hash of a password that nobody has */
};

static struct str run(struct ctx *c, const char *password, const char *setting)
{
    struct crypt_data *data = arena_new(c->arena, struct crypt_data);
    const char *hash = crypt_r(password, setting, data);
    struct str out = hash && hash[0] != '*' ? arena_copy(c->arena, str_of(hash)) : (struct str){0};

    OPENSSL_cleanse(data, sizeof(*data));
    return out;
}

static struct err *hash_any(const struct passwords *p, struct ctx *c, const char *password,
                            struct str *out)
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];

    if (!crypt_gensalt_rn("$2b$", (unsigned long)p->cost, NULL, 0, setting, sizeof(setting)))
        return err_new(c, ERR_INTERNAL, "no salt for a password of cost %d", p->cost);
    *out = run(c, password, setting);
    return out->len ? NULL : err_new(c, ERR_INTERNAL, "bcrypt failed");
}

struct err *passwords_create(struct ctx *c, int cost, struct passwords **out)
{
    struct passwords *p = calloc(1, sizeof(*p));
    struct str hash = {0};

    if (!p)
        abort();
    p->cost = cost;
    struct err *e = hash_any(p, c, "nobody has this one", &hash);

    if (e) {
        passwords_destroy(p);
        return e;
    }
    if (asprintf(&p->nobody, STR_FMT, STR_ARG(hash)) < 0)
        abort();
    *out = p;
    return NULL;
}

void passwords_destroy(struct passwords *p)
{
    if (!p)
        return;
    free(p->nobody);
    free(p);
}

struct err *passwords_hash(struct passwords *p, struct ctx *c, struct str password, struct str *out)
{
    static const struct text_rule rule = {
        .what = "password", .min_chars = PASSWORD_MIN_CHARS, .max_chars = PASSWORD_MAX_CHARS};

    TRY(text_rules_check(c, &rule, password));
    if (password.len > PASSWORD_MAX_BYTES)
        return err_new(c, ERR_INVALID, "the password has more than %d bytes", PASSWORD_MAX_BYTES);
    return hash_any(p, c, arena_copy(c->arena, password).ptr, out);
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
