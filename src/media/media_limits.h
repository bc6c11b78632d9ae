/* What the server and its media worker agree on: descriptors, the report, what may be uploaded. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MEDIA_LIMITS_H
#define MEDIA_LIMITS_H

/* The only descriptors a worker has. */
enum {
    MEDIA_FD_INPUT = 0,  /* the upload, read-only */
    MEDIA_FD_REPORT = 1, /* lines of "key value" in printable ASCII */
    MEDIA_FD_LOG = 2,    /* goes nowhere */
    MEDIA_FD_OUTPUT = 3, /* the job's own directory */
};

/* Of the report; one byte more is a violation. */
enum {
    MEDIA_LINE_MAX = 256, /* with its newline */
    MEDIA_REPORT_MAX = 64 * 1024,
    MEDIA_PROGRESS_MAX = 1000, /* permille */
};

/* Of an upload. */
enum {
    MEDIA_SECONDS_MAX = 600,
    MEDIA_SIDE_MAX = 4096, /* of the stored picture, in pixels */
    MEDIA_PIXELS_MAX = 4096 * 2304,
    MEDIA_SIDE_MIN = 16,
    MEDIA_ASPECT_MAX = 8,            /* of the stored picture, and of one pixel */
    MEDIA_STILL_BYTES_MAX = 5 << 20, /* of a picture by itself */
    MEDIA_STILL_SIDE_MAX = 8192,
    MEDIA_STILL_PIXELS_MAX = 16000000,
    MEDIA_RATE_MAX = 240, /* frames per second believed; slower than 1/2 is not either */
};

#endif
