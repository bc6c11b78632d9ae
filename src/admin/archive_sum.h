/* What a backup holds, counted and summed while it goes by. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCHIVE_SUM_H
#define ARCHIVE_SUM_H

#include "archive_note.h"

struct evp_md_ctx_st;

/* SHA-256 over each file's name, a zero byte, its size in decimal, a zero byte, its bytes. */
struct archive_sum {
    struct evp_md_ctx_st *digest;
    int64_t files, bytes;
};

void archive_sum_init(struct archive_sum *s);
void archive_sum_fini(struct archive_sum *s); /* zeroed is fine */

void archive_sum_file(struct archive_sum *s, struct str name, int64_t size);
void archive_sum_bytes(struct archive_sum *s, const void *bytes, size_t len);

/* What came so far; the sum goes no further. */
struct archive_note_last archive_sum_end(struct archive_sum *s, struct arena *a);

#endif
