/* How the worker says what failed. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FAIL_H
#define FAIL_H

#include "attr.h"
#include "media_reason.h"

/*
 * The worker runs one job, then exits with a reason; so a failure is that reason, returned upwards,
 * and its text is one buffer of the process. Only the main thread fails.
 */

/* Return early with the failure. */
#define TRY_MEDIA(expr)                  \
    do {                                 \
        enum media_reason try_ = (expr); \
        if (try_ != MEDIA_OK)            \
            return try_;                 \
    } while (0)

/* Records what failed; its value is the reason. */
#define fail_with(reason, ...) (fail_record(__VA_ARGS__), (enum media_reason)(reason))
void fail_record(const char *format, ...) PRINTF(1, 2);

/* The same for an AVERROR: out of memory, no space and cancelled become their own reasons. */
enum media_reason fail_av(int error, const char *what);

/* The text of the latest failure; "" before any. */
const char *fail_text(void);

#endif
