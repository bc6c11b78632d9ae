/* The ends of files, and names in playlists. Nothing here trusts a byte of them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "stored_file.h"

#include <unistd.h>

#include "boxes.h"

static bool reads(int fd, int64_t at, const char *bytes, size_t len)
{
    char found[8];

    return at >= 0 && len <= sizeof(found) && pread(fd, found, len, at) == (ssize_t)len &&
           memcmp(found, bytes, len) == 0;
}

static bool whole_mp4(int fd, int64_t size)
{
    return reads(fd, 4, "ftyp", 4) && !boxes_read(fd, size).truncated;
}

static bool whole_jpeg(int fd, int64_t size)
{
    return reads(fd, 0, "\xff\xd8", 2) && reads(fd, size - 2, "\xff\xd9", 2);
}

/* RIFF: its size stands behind its mark, without these eight bytes. */
static bool whole_webp(int fd, int64_t size)
{
    unsigned char bytes[4];

    if (!reads(fd, 0, "RIFF", 4) || pread(fd, bytes, sizeof(bytes), 4) != sizeof(bytes))
        return false;
    return size - 8 == (int64_t)((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 |
                                 (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
}

static bool whole_playlist(int fd, int64_t size)
{
    return reads(fd, 0, "#EXTM3U", 7) && reads(fd, size - 1, "\n", 1);
}

const char *stored_file_fault(int fd, int64_t size, struct str name)
{
    static const struct {
        struct str end;
        bool (*whole)(int fd, int64_t size);
    } forms[] = {
        {STR_INIT(".mp4"), whole_mp4},
        {STR_INIT(".jpg"), whole_jpeg},
        {STR_INIT(".webp"), whole_webp},
        {STR_INIT(".m3u8"), whole_playlist},
    };

    if (size == 0)
        return "is empty";
    for (size_t i = 0; i < COUNT(forms); i++)
        if (str_ends(name, forms[i].end) && !forms[i].whole(fd, size))
            return "breaks off, or is something else";
    return NULL;
}

/* `#EXT-X-MAP:URI="video.mp4",BYTERANGE=...`: what stands between the quotes. */
static struct str name_in_tag(struct str line)
{
    static const char mark[] = "URI=\"";
    const char *at = line.len ? memmem(line.ptr, line.len, mark, sizeof(mark) - 1) : NULL;

    if (!at)
        return (struct str){0};
    struct str rest = str_from(line, (size_t)(at - line.ptr) + sizeof(mark) - 1);

    return str_cut(&rest, '"');
}

struct str stored_file_next(struct str *rest)
{
    while (rest->len) {
        struct str line = str_trim(str_cut(rest, '\n'));
        struct str name = str_starts(line, STR("#")) ? name_in_tag(line) : line;

        if (name.len && !memchr(name.ptr, '/', name.len))
            return name;
    }
    return (struct str){0};
}
