/* Sums, by libcrypto. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_sum.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/evp.h>

static void must(int done)
{
    if (done != 1)
        abort(); /* SHA-256 is always there */
}

void archive_sum_init(struct archive_sum *s)
{
    *s = (struct archive_sum){.digest = EVP_MD_CTX_new()};
    must(s->digest != NULL);
    must(EVP_DigestInit_ex(s->digest, EVP_sha256(), NULL));
}

void archive_sum_fini(struct archive_sum *s)
{
    EVP_MD_CTX_free(s->digest);
    *s = (struct archive_sum){0};
}

void archive_sum_file(struct archive_sum *s, struct str name, int64_t size)
{
    char text[32];
    int len = snprintf(text, sizeof(text), "%" PRId64, size);

    s->files++;
    s->bytes += size;
    must(EVP_DigestUpdate(s->digest, name.ptr, name.len));
    must(EVP_DigestUpdate(s->digest, "", 1));
    must(EVP_DigestUpdate(s->digest, text, (size_t)len + 1));
}

void archive_sum_bytes(struct archive_sum *s, const void *bytes, size_t len)
{
    must(EVP_DigestUpdate(s->digest, bytes, len));
}

struct archive_note_last archive_sum_end(struct archive_sum *s, struct arena *a)
{
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    char *hex;

    must(EVP_DigestFinal_ex(s->digest, sum, &len));
    hex = arena_bytes(a, 2 * (size_t)len + 1);
    for (unsigned i = 0; i < len; i++)
        (void)snprintf(hex + (size_t)2 * i, 3, "%02x", sum[i]);
    return (struct archive_note_last){s->files, s->bytes, {hex, 2 * (size_t)len}};
}
