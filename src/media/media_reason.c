/* The names and sentences of the reasons why a media job ended. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "media_reason.h"

static const struct reason {
    const char *name;
    const char *message;
    bool retryable;
} reasons[MEDIA_REASONS] = {
    [MEDIA_OK] = {"ok", "The video is ready.", false},
    [MEDIA_UNSUPPORTED_FORMAT] = {"unsupported_format",
                                  "The file is not an MP4, QuickTime, Matroska or WebM video.",
                                  false},
    [MEDIA_UNSUPPORTED_CODEC] = {"unsupported_codec",
                                 "The video uses an encoding of picture or sound that is not "
                                 "supported.",
                                 false},
    [MEDIA_NO_VIDEO] = {"no_video", "The file contains no moving picture.", false},
    [MEDIA_TOO_LONG] = {"too_long", "The video is longer than ten minutes.", false},
    [MEDIA_PICTURE_SIZE] = {"picture_size", "The picture is too large, too small or too narrow.",
                            false},
    [MEDIA_TOO_MANY_STREAMS] = {"too_many_streams", "The file contains too many tracks.", false},
    [MEDIA_TRUNCATED] = {"truncated",
                         "The end of the file is missing; please upload the video again.", false},
    [MEDIA_CORRUPT] = {"corrupt", "The video is damaged and cannot be read.", false},
    [MEDIA_NEEDS_ENCODE] = {"needs_encode", "The video must be converted before it can be played.",
                            false},
    [MEDIA_CANCELLED] = {"cancelled", "Processing was cancelled.", false},
    [MEDIA_OUTPUT_LIMIT] = {"output_limit", "The converted video would be too large.", false},
    [MEDIA_MEMORY_LIMIT] = {"memory_limit", "The video needs too much memory to process.", false},
    [MEDIA_NO_SANDBOX] = {"no_sandbox",
                          "The server cannot process videos at the moment; it will try again.",
                          true},
    [MEDIA_INTERNAL] = {"internal", "The server failed to process the video; it will try again.",
                        true},
    [MEDIA_TIMEOUT] = {"timeout", "Processing took too long; the server will try again.", true},
    [MEDIA_CPU_LIMIT] = {"cpu_limit", "The video takes too much computing to process.", false},
    [MEDIA_VIOLATION] = {"violation", "The video was rejected for security reasons.", false},
    [MEDIA_CRASHED] = {"crashed", "Processing broke off; the server will try again.", true},
};

static const struct reason unknown = {"unknown", "Processing failed.", false};

static const struct reason *reason_of(enum media_reason reason)
{
    return (unsigned)reason < MEDIA_REASONS ? &reasons[reason] : &unknown;
}

const char *media_reason_name(enum media_reason reason)
{
    return reason_of(reason)->name;
}

const char *media_reason_message(enum media_reason reason)
{
    return reason_of(reason)->message;
}

bool media_reason_retryable(enum media_reason reason)
{
    return reason_of(reason)->retryable;
}
