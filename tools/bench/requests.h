/* The requests that a load is made of: read from a file, sent in turn or at random. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

struct request {
    char *text;
    size_t len;
};

/* One thread at a time. Zeroed is empty. */
struct requests {
    struct request *at;
    size_t count, room, next;
    uint64_t random; /* its state; 0: in turn */
};

/*
 * A line is METHOD TARGET, then any number of headers, each behind a tab. Host and, for POST, an
 * empty body are added. False: no file, a line that is none, or no line at all; *wrong tells.
 */
bool requests_read(struct requests *r, const char *file, const char *host, const char **wrong);
void requests_fini(struct requests *r);

/* As it is sent; lives as long as the requests. */
struct str requests_next(struct requests *r);

#endif
