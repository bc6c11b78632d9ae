/* Ids of events: three numbers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "event_cursor.h"

#include <inttypes.h>
#include <stdio.h>

void event_cursor_write(const struct event_cursor *at, char out[EVENT_CURSOR_TEXT])
{
    (void)snprintf(out, EVENT_CURSOR_TEXT, "%" PRId64 ".%" PRId64 ".%" PRId64, at->user_id,
                   at->message, at->video);
}

bool event_cursor_read(struct str text, struct event_cursor *out)
{
    struct str rest = text;
    struct str user = str_cut(&rest, '.'), message = str_cut(&rest, '.');
    char again[EVENT_CURSOR_TEXT];
    struct event_cursor at;

    if (!str_to_i64(user, &at.user_id) || !str_to_i64(message, &at.message) ||
        !str_to_i64(rest, &at.video) || at.user_id <= 0 || at.message < 0 || at.video < 0)
        return false;
    event_cursor_write(&at, again);
    if (!str_eq(str_of(again), text))
        return false;
    *out = at;
    return true;
}
