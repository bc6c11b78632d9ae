/* Fuzz target: what clients send as Last-Event-ID. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "event_cursor.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str text = {(const char *)data, size};
    struct event_cursor at;
    char again[EVENT_CURSOR_TEXT];

    if (!event_cursor_read(text, &at))
        return 0;
    FUZZ_CHECK(at.user_id > 0 && at.message >= 0 && at.video >= 0);
    event_cursor_write(&at, again);
    FUZZ_CHECK(str_eq(str_of(again), text));
    return 0;
}
