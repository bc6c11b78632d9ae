/* Walks the outer boxes of an MP4 file (ISO/IEC 14496-12, 4.2). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "boxes.h"

#include <string.h>
#include <unistd.h>

enum {
    BOXES_MAX = 4096, /* a fragmented file has two per fragment */
    HEADER = 16,
};

struct box {
    char type[4];
    uint64_t size; /* with its header */
};

static uint64_t big_endian(const uint8_t *at, int bytes)
{
    uint64_t value = 0;

    for (int i = 0; i < bytes; i++)
        value = value << 8 | at[i];
    return value;
}

/* False when there is none. */
static bool box_at(int fd, int64_t at, int64_t file_size, struct box *out)
{
    uint8_t header[HEADER] = {0};

    if (pread(fd, header, sizeof(header), at) < 8)
        return false;
    memcpy(out->type, header + 4, sizeof(out->type));
    out->size = big_endian(header, 4);
    if (out->size == 0) /* to the end of the file */
        out->size = (uint64_t)(file_size - at);
    else if (out->size == 1) /* a 64-bit size follows */
        out->size = big_endian(header + 8, 8);
    return out->size >= 8 && out->size <= INT64_MAX / 2;
}

static bool is(const struct box *b, const char *type)
{
    return memcmp(b->type, type, sizeof(b->type)) == 0;
}

struct boxes boxes_read(int fd, int64_t file_size)
{
    struct boxes found = {0};
    struct box box;
    int64_t at = 0;
    bool samples_seen = false;

    for (int i = 0; i < BOXES_MAX && at < file_size; i++) {
        if (!box_at(fd, at, file_size, &box))
            break;
        bool samples = is(&box, "mdat"), index = is(&box, "moov");

        if (index && !samples_seen)
            found.faststart = true;
        if ((index || samples) && box.size > (uint64_t)(file_size - at))
            found.truncated = true;
        samples_seen |= samples;
        at += (int64_t)box.size;
    }
    return found;
}
