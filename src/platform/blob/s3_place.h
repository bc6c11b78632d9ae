/* Where a bucket is and who may use it: addresses, names and signatures of its objects. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef S3_PLACE_H
#define S3_PLACE_H

#include "s3_client.h"

/* Belongs to a client; unchanging, so any thread may use it. */
struct s3_place {
    char *origin; /* "https://HOST", the bucket and an unusual port included */
    char *host;   /* the same without its scheme, as requests name it */
    char *path;   /* before keys: "/" or "/BUCKET/" */
    char *region, *access_key, *secret_key;
    bool unsigned_payload;
};

void s3_place_init(struct s3_place *p, const struct s3_options *options);
void s3_place_fini(struct s3_place *p);

/* The URL of an object, or of the bucket for an empty key. NUL-terminated. */
const char *s3_place_url(const struct s3_place *p, struct arena *a, struct str key,
                         const char *query);

/* Bytes as lower-case digits, NUL-terminated. */
const char *s3_place_hex(struct arena *a, struct str bytes);

struct s3_grant {
    struct str key;
    const char *type;
    int64_t signed_at; /* Unix seconds */
    int valid_s;
};
struct str s3_place_presign(const struct s3_place *p, struct arena *a,
                            const struct s3_grant *grant);

#endif
