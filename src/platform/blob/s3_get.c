/* Getting objects: heads, pieces, and pieces one after the other. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_get.h"

#include <inttypes.h>

enum { PIECE_BYTES = 16 << 20 };

struct err *s3_get_piece(struct s3_client *s, struct ctx *c, struct str key, struct str etag,
                         const struct s3_sink *into)
{
    const struct s3_request req = {
        .method = "GET",
        .key = key,
        .headers = {arena_printf(c->arena, "Range: bytes=%" PRId64 "-%" PRId64, into->offset,
                                 into->offset + into->length - 1),
                    arena_printf(c->arena, "If-Match: " STR_FMT, STR_ARG(etag))},
        .sink = into,
    };
    struct s3_reply reply;

    TRY(s3_send(s, c, &req, &reply));
    return reply.length == into->length
               ? NULL
               : err_new(c, ERR_DATA_LOSS, STR_FMT ": a piece of %" PRId64 " bytes has %" PRId64,
                         STR_ARG(key), into->length, reply.length);
}

struct err *s3_get_all(struct s3_client *s, struct ctx *c, struct str key,
                       const struct s3_reply *head, int fd)
{
    for (int64_t at = 0; at < head->length; at += PIECE_BYTES) {
        int64_t left = head->length - at;
        const struct s3_sink into = {
            .fd = fd, .offset = at, .length = left < PIECE_BYTES ? left : PIECE_BYTES};

        TRY(s3_get_piece(s, c, key, head->etag, &into));
    }
    return NULL;
}

struct err *s3_get_head(struct s3_client *s, struct ctx *c, struct str key, struct s3_reply *out)
{
    const struct s3_request req = {.method = "HEAD", .key = key};

    return s3_send(s, c, &req, out);
}
