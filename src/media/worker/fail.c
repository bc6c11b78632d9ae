/* The text of the latest failure, and what libav calls mean as reasons. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fail.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <libavutil/error.h>

enum { TEXT_MAX = 240 }; /* "failure " and it fit a line of the report */

static char text[TEXT_MAX];

enum media_reason fail_av(int error, const char *what)
{
    static const struct {
        int error;
        enum media_reason reason;
    } known[] = {
        {AVERROR(ENOMEM), MEDIA_MEMORY_LIMIT},  {AVERROR(EFBIG), MEDIA_OUTPUT_LIMIT},
        {AVERROR(ENOSPC), MEDIA_OUTPUT_LIMIT},  {AVERROR_EXIT, MEDIA_CANCELLED},
        {AVERROR_EXTERNAL, MEDIA_MEMORY_LIMIT}, /* x264: its only way to fail with our settings */
    };
    char why[AV_ERROR_MAX_STRING_SIZE] = "";
    enum media_reason reason = MEDIA_CORRUPT;

    for (size_t i = 0; i < COUNT(known); i++)
        if (known[i].error == error)
            reason = known[i].reason;
    (void)av_strerror(error, why, sizeof(why));
    (void)snprintf(text, sizeof(text), "%s: %s", what, why);
    return reason;
}

void fail_record(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
}

const char *fail_text(void)
{
    return text;
}
