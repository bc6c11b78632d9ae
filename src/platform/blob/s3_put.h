/* A file becomes an object: in one request, or in parts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef S3_PUT_H
#define S3_PUT_H

#include "s3_client.h"

enum {
    S3_PART_BYTES = 16 << 20, /* a file beyond it goes in parts of it */
    S3_PARTS_MAX = 10000,     /* of one object: the store's rule */
};

/* Durable when it returns. After a failure nothing is left of it, nor of earlier attempts at the
 * same key that a crash has cut off. */
MUST_USE struct err *s3_put_file(struct s3_client *s, struct ctx *c, struct str key, int fd,
                                 int64_t size);

/* Ends what a crash has left half uploaded below `prefix`. */
MUST_USE struct err *s3_put_forget(struct s3_client *s, struct ctx *c, struct str prefix);

#endif
