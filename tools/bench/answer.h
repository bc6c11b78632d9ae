/* One answer as it arrives: where it ends, and whether it is a good one. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ANSWER_H
#define ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "str.h"

enum { ANSWER_ROOM = 4096 };

/* Of one connection. Zeroed is "nothing has come yet". */
struct answer {
    char bytes[ANSWER_ROOM]; /* the head, and as much of the body as came with it */
    size_t len;
    int64_t left; /* of the body, once the head is known */
    bool known, good;
};

enum answer_state { ANSWER_MORE, ANSWER_WHOLE, ANSWER_BROKEN };

/*
 * Takes what the socket has; adds to *bytes. An answer needs a Content-Length, and its head must
 * fit ANSWER_ROOM. It is good with a status of 2xx and, if `expect` is not empty, that text in what
 * came with the head. The rest of a body is counted without being copied.
 */
enum answer_state answer_take(struct answer *a, int fd, struct str expect, uint64_t *bytes);

#endif
