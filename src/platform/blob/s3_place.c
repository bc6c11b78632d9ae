/* Addresses of objects, and URLs that carry their own signature (AWS Signature Version 4). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_place.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { DIGEST = 32, DATE_LEN = 8 };

/* ---- the place ---- */

static char *copy(struct str s)
{
    char *out = strndup(s.len ? s.ptr : "", s.len);

    if (!out)
        abort();
    return out;
}

static char *joined(const char *before, struct str s, const char *after)
{
    char *out = NULL;

    if (asprintf(&out, "%s" STR_FMT "%s", before, STR_ARG(s), after) < 0)
        abort();
    return out;
}

/* A port that everybody thinks of is not named, and so it is not signed. */
static struct str without_usual_port(struct str host, bool https)
{
    struct str port = https ? STR(":443") : STR(":80");

    return str_ends(host, port) ? (struct str){host.ptr, host.len - port.len} : host;
}

void s3_place_init(struct s3_place *p, const struct s3_options *o)
{
    bool https = str_starts(o->endpoint, STR("https://"));
    struct str host = without_usual_port(str_from(o->endpoint, https ? 8 : 7), https);
    char *dotted = joined("", o->bucket, ".");

    *p = (struct s3_place){
        .host = joined(o->virtual_hosted ? dotted : "", host, ""),
        .path = o->virtual_hosted ? joined("/", (struct str){0}, "") : joined("/", o->bucket, "/"),
        .region = copy(o->region),
        .access_key = copy(o->access_key),
        .secret_key = copy(o->secret_key),
        .unsigned_payload = o->unsigned_payload,
    };
    p->origin = joined(https ? "https://" : "http://", str_of(p->host), "");
    free(dotted);
}

void s3_place_fini(struct s3_place *p)
{
    if (p->secret_key)
        explicit_bzero(p->secret_key, strlen(p->secret_key));
    free(p->origin);
    free(p->host);
    free(p->path);
    free(p->region);
    free(p->access_key);
    free(p->secret_key);
}

struct str s3_encode(struct arena *a, struct str text)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    char *out = arena_bytes(a, 3 * text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];

        if (byte && strchr(plain, byte)) {
            out[len++] = (char)byte;
            continue;
        }
        out[len++] = '%';
        out[len++] = hex[byte >> 4];
        out[len++] = hex[byte & 15];
    }
    out[len] = '\0';
    return (struct str){out, len};
}

/* Keys are of letters, digits and "._-/" (blob.h): they stand in a path as they are. */
const char *s3_place_url(const struct s3_place *p, struct arena *a, struct str key,
                         const char *query)
{
    return arena_printf(a, "%s%s" STR_FMT "%s%s", p->origin, p->path, STR_ARG(key),
                        query ? "?" : "", query ? query : "");
}

/* ---- signed URLs ---- */

static struct str hmac(struct arena *a, struct str key, struct str text)
{
    unsigned char *out = (unsigned char *)arena_bytes(a, DIGEST);

    if (!HMAC(EVP_sha256(), key.ptr, (int)key.len, (const unsigned char *)text.ptr, text.len, out,
              NULL))
        abort();
    return (struct str){(const char *)out, DIGEST};
}

const char *s3_place_hex(struct arena *a, struct str bytes)
{
    static const char digits[] = "0123456789abcdef";
    char *out = arena_bytes(a, 2 * bytes.len + 1);

    for (size_t i = 0; i < bytes.len; i++) {
        out[2 * i] = digits[(unsigned char)bytes.ptr[i] >> 4];
        out[2 * i + 1] = digits[bytes.ptr[i] & 15];
    }
    out[2 * bytes.len] = '\0';
    return out;
}

static const char *hash(struct arena *a, struct str text)
{
    unsigned char *out = (unsigned char *)arena_bytes(a, DIGEST);

    if (EVP_Digest(text.ptr, text.len, out, NULL, EVP_sha256(), NULL) != 1)
        abort();
    return s3_place_hex(a, (struct str){(const char *)out, DIGEST});
}

/* The key of one day, region and service: the secret itself signs nothing. */
static struct str signing_key(const struct s3_place *p, struct arena *a, struct str date)
{
    struct str key = hmac(a, arena_str(a, "AWS4%s", p->secret_key), date);

    key = hmac(a, key, str_of(p->region));
    key = hmac(a, key, STR("s3"));
    return hmac(a, key, STR("aws4_request"));
}

static const char *time_of(struct arena *a, int64_t seconds)
{
    char *out = arena_bytes(a, sizeof("20260101T000000Z"));
    time_t t = (time_t)seconds;
    struct tm tm;

    (void)gmtime_r(&t, &tm);
    (void)strftime(out, sizeof("20260101T000000Z"), "%Y%m%dT%H%M%SZ", &tm);
    return out;
}

struct str s3_place_presign(const struct s3_place *p, struct arena *a, const struct s3_grant *g)
{
    const char *time = time_of(a, g->signed_at);
    struct str date = {time, DATE_LEN};
    const char *scope = arena_printf(a, STR_FMT "/%s/s3/aws4_request", STR_ARG(date), p->region);
    struct str who = s3_encode(a, arena_str(a, "%s/%s", p->access_key, scope));
    const char *query =
        arena_printf(a,
                     "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=%s"
                     "&X-Amz-Date=%s&X-Amz-Expires=%d&X-Amz-SignedHeaders=host"
                     "%s%s",
                     who.ptr, time, g->valid_s, g->type ? "&response-content-type=" : "",
                     s3_encode(a, str_of(g->type)).ptr);
    struct str canonical = arena_str(a, "GET\n%s" STR_FMT "\n%s\nhost:%s\n\nhost\nUNSIGNED-PAYLOAD",
                                     p->path, STR_ARG(g->key), query, p->host);
    struct str text = arena_str(a, "AWS4-HMAC-SHA256\n%s\n%s\n%s", time, scope, hash(a, canonical));
    const char *signature = s3_place_hex(a, hmac(a, signing_key(p, a, date), text));

    return str_of(
        s3_place_url(p, a, g->key, arena_printf(a, "%s&X-Amz-Signature=%s", query, signature)));
}
