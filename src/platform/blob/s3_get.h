/* An object becomes bytes in a file: all of it, or a piece. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef S3_GET_H
#define S3_GET_H

#include "s3_client.h"

/* What it is: length, etag, modified_ms. An empty key: the bucket. */
MUST_USE struct err *s3_get_head(struct s3_client *s, struct ctx *c, struct str key,
                                 struct s3_reply *out);

/* A piece, to the same place in the file, of the very object that has this etag: ERR_ABORTED if it
 * has been replaced. */
MUST_USE struct err *s3_get_piece(struct s3_client *s, struct ctx *c, struct str key,
                                  struct str etag, const struct s3_sink *into);

/* All of what `head` told of. */
MUST_USE struct err *s3_get_all(struct s3_client *s, struct ctx *c, struct str key,
                                const struct s3_reply *head, int fd);

#endif
