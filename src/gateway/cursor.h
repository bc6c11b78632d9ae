/* Cursors: where a list goes on, as text that clients keep and send back. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CURSOR_H
#define CURSOR_H

#include "err.h"

/* The last element of a page: what follows is older, or as old with a smaller id. */
struct cursor {
    int64_t time, id; /* both positive; 0 and 0: from the newest on */
};

/* In the request's arena; any thread. */
struct str cursor_write(struct ctx *c, struct cursor at);

/* False, and *out as it was: not what cursor_write() makes of any cursor. */
MUST_USE bool cursor_read(struct str text, struct cursor *out);

#endif
