/* The id of an event: how far a client has come, to be sent back as Last-Event-ID. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_CURSOR_H
#define EVENT_CURSOR_H

#include "arena.h"

/* Times of the clocks of the message service and of the video service (docs/decisions/events.md).
 */
struct event_cursor {
    int64_t user_id, message, video;
};

enum { EVENT_CURSOR_TEXT = 3 * 20 + 3 };

/* "USER.MESSAGE.VIDEO", with a NUL. */
void event_cursor_write(const struct event_cursor *at, char out[EVENT_CURSOR_TEXT]);

/* False, and *out as it was: not what event_cursor_write() makes of any cursor. */
MUST_USE bool event_cursor_read(struct str text, struct event_cursor *out);

#endif
