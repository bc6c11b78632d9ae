/* One attempt at one request: what goes out, what comes back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef S3_TRANSFER_H
#define S3_TRANSFER_H

#include <curl/curl.h>
#include <stdatomic.h>

#include "s3_place.h"

struct s3_outcome {
    struct s3_reply reply;
    const char *broken; /* the transfer broke off, and how; NULL: there is a whole reply */
    struct err *ours;   /* our own file failed: no use to try again */
};

/* Until the deadline of c, or until *stop (NULL: never). `handle` is the caller's alone; its open
 * connection is used again. */
void s3_transfer(CURL *handle, struct ctx *c, const struct s3_place *place,
                 const struct s3_request *req, const atomic_bool *stop, struct s3_outcome *out);

#endif
