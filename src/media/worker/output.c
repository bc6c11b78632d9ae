/* Writes below the output descriptor: temporary file, fsync, rename. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "media_limits.h"

enum {
    IO_BUFFER = 64 * 1024,
};

struct output {
    AVIOContext *io;
    int fd;
    int64_t written_at;
    int64_t read_at;
    int64_t size;
    char name[OUTPUT_NAME_MAX];
    char temporary[OUTPUT_NAME_MAX + 4];
};

static int io_write(void *opaque, uint8_t *buf, int len)
{
    struct output *o = opaque;

    for (int done = 0; done < len;) {
        ssize_t n = pwrite(o->fd, buf + done, (size_t)(len - done), o->written_at);

        if (n < 0)
            return AVERROR(errno);
        done += (int)n;
        o->written_at += n;
    }
    o->size = FFMAX(o->size, o->written_at);
    return len;
}

static int io_read(void *opaque, uint8_t *buf, int len)
{
    struct output *o = opaque;
    ssize_t n = pread(o->fd, buf, (size_t)len, o->read_at);

    if (n <= 0)
        return n < 0 ? AVERROR(errno) : AVERROR_EOF;
    o->read_at += n;
    return (int)n;
}

static int64_t seek(const struct output *o, int64_t *at, int64_t offset, int whence)
{
    whence &= ~AVSEEK_FORCE;
    if (whence == AVSEEK_SIZE)
        return o->size;
    if (whence == SEEK_CUR)
        offset += *at;
    if (whence == SEEK_END)
        offset += o->size;
    if (offset < 0)
        return AVERROR(EINVAL);
    return *at = offset;
}

static int64_t seek_write(void *opaque, int64_t offset, int whence)
{
    struct output *o = opaque;

    return seek(o, &o->written_at, offset, whence);
}

static int64_t seek_read(void *opaque, int64_t offset, int whence)
{
    struct output *o = opaque;

    return seek(o, &o->read_at, offset, whence);
}

static AVIOContext *io_new(struct output *o, int write)
{
    uint8_t *buffer = av_malloc(IO_BUFFER);
    AVIOContext *io = NULL;

    if (buffer)
        io = write ? avio_alloc_context(buffer, IO_BUFFER, 1, o, NULL, io_write, seek_write)
                   : avio_alloc_context(buffer, IO_BUFFER, 0, o, io_read, NULL, seek_read);
    if (!io)
        av_free(buffer);
    return io;
}

static void io_free(AVIOContext *io)
{
    if (io)
        av_freep(&io->buffer);
    avio_context_free(&io);
}

enum media_reason output_create(const char *name, struct output **out)
{
    struct output *o = calloc(1, sizeof(*o));

    if (!o)
        return fail_with(MEDIA_MEMORY_LIMIT, "output");
    (void)snprintf(o->name, sizeof(o->name), "%s", name);
    (void)snprintf(o->temporary, sizeof(o->temporary), "%s.tmp", name);
    o->fd = openat(MEDIA_FD_OUTPUT, o->temporary,
                   O_RDWR | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    o->io = o->fd < 0 ? NULL : io_new(o, 1);
    if (!o->io) {
        output_destroy(o);
        return fail_with(MEDIA_INTERNAL, "cannot create %s", name);
    }
    *out = o;
    return MEDIA_OK;
}

enum media_reason output_commit(struct output *o)
{
    avio_flush(o->io);
    if (o->io->error < 0)
        return fail_av(o->io->error, o->name);
    if (fsync(o->fd) != 0 || renameat(MEDIA_FD_OUTPUT, o->temporary, MEDIA_FD_OUTPUT, o->name) != 0)
        return fail_av(AVERROR(errno), o->name);
    o->temporary[0] = '\0';
    return MEDIA_OK;
}

void output_destroy(struct output *o)
{
    if (!o)
        return;
    io_free(o->io);
    if (o->fd >= 0)
        close(o->fd);
    if (o->fd >= 0 && o->temporary[0])
        (void)unlinkat(MEDIA_FD_OUTPUT, o->temporary, 0);
    free(o);
}

AVIOContext *output_io(struct output *o)
{
    return o->io;
}

static int reopen(AVFormatContext *muxer, AVIOContext **io, const char *url, int flags,
                  AVDictionary **options)
{
    struct output *o = muxer->opaque;

    (void)url, (void)options;
    if (flags != AVIO_FLAG_READ)
        return AVERROR(EACCES);
    o->read_at = 0;
    *io = io_new(o, 0);
    return *io ? 0 : AVERROR(ENOMEM);
}

static int reclose(AVFormatContext *muxer, AVIOContext *io)
{
    (void)muxer;
    io_free(io);
    return 0;
}

void output_attach(struct output *o, AVFormatContext *muxer)
{
    muxer->opaque = o;
    muxer->pb = o->io;
    muxer->flags |= AVFMT_FLAG_CUSTOM_IO;
    muxer->io_open = reopen;
    muxer->io_close2 = reclose;
}

enum media_reason output_whole(const char *name, const void *data, size_t len)
{
    struct output *o;

    TRY_MEDIA(output_create(name, &o));
    avio_write(o->io, data, (int)len);
    enum media_reason reason = output_commit(o);
    output_destroy(o);
    return reason;
}

int output_read(const char *name, char *buf, int size)
{
    int fd = openat(MEDIA_FD_OUTPUT, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return -1;
    ssize_t n = pread(fd, buf, (size_t)size - 1, 0);
    close(fd);
    if (n < 0)
        return -1;
    buf[n] = '\0';
    return (int)n;
}

int64_t output_size(const char *name)
{
    int fd = openat(MEDIA_FD_OUTPUT, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

    if (fd < 0)
        return -1;
    int64_t size = lseek(fd, 0, SEEK_END);

    close(fd);
    return size;
}
