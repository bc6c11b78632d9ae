/* Why a media job ended: typed, stable, and fit to be shown to the author. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_REASON_H
#define MEDIA_REASON_H

#include <stdbool.h>

/*
 * The worker exits with one of these as its status. The last four are never taken from it: only
 * the parent can tell them, from what it saw. Pure functions, for any thread.
 */
enum media_reason {
    MEDIA_OK,
    MEDIA_UNSUPPORTED_FORMAT,
    MEDIA_UNSUPPORTED_CODEC,
    MEDIA_NO_VIDEO,
    MEDIA_TOO_LONG,
    MEDIA_PICTURE_SIZE, /* too large, too small or too narrow */
    MEDIA_TOO_MANY_STREAMS,
    MEDIA_TRUNCATED, /* the upload broke off */
    MEDIA_CORRUPT,
    MEDIA_NEEDS_ENCODE, /* remux or copy refused: the tracks must be encoded */
    MEDIA_CANCELLED,
    MEDIA_OUTPUT_LIMIT,
    MEDIA_MEMORY_LIMIT,
    MEDIA_NO_SANDBOX,
    MEDIA_INTERNAL,
    MEDIA_TIMEOUT,
    MEDIA_CPU_LIMIT,
    MEDIA_VIOLATION, /* the sandbox killed it, or its report broke the rules */
    MEDIA_CRASHED,
    MEDIA_REASONS,
};

/* "too_long" and so on: stable names, fit for a database column. */
const char *media_reason_name(enum media_reason reason);

/* One sentence for the author of the video. */
const char *media_reason_message(enum media_reason reason);

/* True when the same job may end better on another try: the upload is not to blame. */
bool media_reason_retryable(enum media_reason reason);

#endif
