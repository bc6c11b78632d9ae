/* What a media worker reports, read without trusting a byte of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_REPORT_H
#define MEDIA_REPORT_H

#include "media_limits.h"
#include "str.h"

enum { MEDIA_NAME_MAX = 32, MEDIA_COLOR_LEN = 6 };

/* What an upload is. Names are [a-z0-9_]; numbers lie within the limits of media_limits.h. */
struct media_properties {
    char container[MEDIA_NAME_MAX]; /* "mp4", "matroska" */
    char video[MEDIA_NAME_MAX];     /* codec: "h264" */
    char pixels[MEDIA_NAME_MAX];    /* "yuv420p" */
    char audio[MEDIA_NAME_MAX];     /* codec: "aac"; "none": silent */
    char obstacle[MEDIA_NAME_MAX];  /* "none": plays everywhere as it is; else why it does not */
    int duration_ms;                /* 0: it does not say */
    int width, height;              /* upright, of square pixels */
    int fps_num, fps_den;
    bool turned; /* not stored upright */
    bool hdr;
    bool faststart; /* the index precedes the samples */
};

/*
 * The report of one job, fed as it comes. Zeroed is valid and empty; owned by whoever feeds it.
 * Every field is within its bounds at any time, whatever was fed.
 */
struct media_report {
    struct media_properties properties;
    int cover_width, cover_height;         /* of the cover made, or 0 */
    char cover_color[MEDIA_COLOR_LEN + 1]; /* "7f3a22": what most of the cover has; or "" */
    int progress;                          /* permille; never falls */
    int damaged;                           /* packets that could not be decoded */
    char failure[MEDIA_LINE_MAX];          /* why the job failed, for logs; printable ASCII */
    char sandbox[MEDIA_NAME_MAX]; /* the layers that took hold, for logs; printable ASCII */

    unsigned seen; /* the keys so far, as bits */
    char line[MEDIA_LINE_MAX];
    size_t line_len, total;
    bool broken;
};

/* Takes the next bytes. False, for good, once they break a rule: the worker has been taken over. */
bool media_report_feed(struct media_report *r, struct str bytes);

/* True when every one of the properties was reported. */
bool media_report_complete(const struct media_report *r);

#endif
