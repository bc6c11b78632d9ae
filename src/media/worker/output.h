/* Files that exist only when they are whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <libavformat/avformat.h>

#include "fail.h"

enum {
    OUTPUT_NAME_MAX = 32,
};

/*
 * One file in the output directory. It is written as "<name>.tmp" and gets its name on commit, so
 * a name that exists is a file that is whole.
 */
struct output;

MUST_USE enum media_reason output_create(const char *name, struct output **out);

/* Flushes and renames. The output must still be destroyed. */
MUST_USE enum media_reason output_commit(struct output *o);

/* Removes what was not committed. NULL is fine. */
void output_destroy(struct output *o);

AVIOContext *output_io(struct output *o);

/* Lets a muxer write to `o`, and read it back to move its index to the front. */
void output_attach(struct output *o, AVFormatContext *muxer);

MUST_USE enum media_reason output_whole(const char *name, const void *data, size_t len);

/* Bytes of a committed file (at most `size` - 1, NUL-terminated), or -1. */
int output_read(const char *name, char *buf, int size);

/* Bytes in a committed file, or -1: there is none. */
int64_t output_size(const char *name);

#endif
