/* Objects in a bucket of an S3-compatible store. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BLOB_S3_H
#define BLOB_S3_H

#include "blob.h"
#include "s3_client.h"

struct blob_s3_options {
    struct s3_options s3;
    bool create;         /* make the bucket if it is not there */
    bool links;          /* blob_link() gives URLs of the store: players reach it themselves */
    int64_t cache_bytes; /* disk for what is being sent; 0: whoever opens this one sends nothing */
};

/*
 * `dir`: a local folder, for what is being made and for what has been got. A store that refuses us,
 * or has no such bucket, is told at once; one that does not answer may do so later. Copies the
 * options.
 */
MUST_USE struct err *blob_open_s3(struct ctx *c, const struct blob_s3_options *options,
                                  struct str dir, struct blob **out);

#endif
