/* The outermost structure of an MP4 file, read without trusting a byte of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BOXES_H
#define BOXES_H

#include <stdbool.h>
#include <stdint.h>

struct boxes {
    bool faststart; /* the index precedes the samples */
    bool truncated; /* samples or index end after the file does: an upload that broke off */
};

/* Reads headers only, with pread(); ends at the first box that makes no sense. */
struct boxes boxes_read(int fd, int64_t file_size);

#endif
