/* Zip files, by libarchive: members are compressed as they come. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "zip_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "archive_library.h"

struct zip_file {
    struct archive_library lib;
    struct archive *to;
    int fd;
    int64_t added; /* bytes */
    bool failed;   /* `to` knows why */
};

static struct err *failed(struct zip_file *z, struct ctx *c)
{
    return err_errno(c, z->lib.archive_errno(z->to), "a copy: %s",
                     z->lib.archive_error_string(z->to));
}

static struct err *begin(struct zip_file *z, struct ctx *c, struct str path)
{
    TRY(archive_library_open(&z->lib, c));
    z->fd = open(arena_copy(c->arena, path).ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (z->fd < 0)
        return err_errno(c, errno, "a copy: %s", strerror(errno));
    z->to = z->lib.archive_write_new();
    if (!z->to)
        abort();
    bool good = z->lib.archive_write_set_format_zip(z->to) == ARCHIVE_OK &&
                z->lib.archive_write_open_fd(z->to, z->fd) == ARCHIVE_OK;

    return good ? NULL : failed(z, c);
}

struct err *zip_file_create(struct ctx *c, struct str path, struct zip_file **out)
{
    struct zip_file *z = calloc(1, sizeof(*z));

    if (!z)
        abort();
    z->fd = -1;
    struct err *e = begin(z, c, path);

    if (e)
        zip_file_close(z);
    else
        *out = z;
    return e;
}

void zip_file_close(struct zip_file *z)
{
    if (!z)
        return;
    if (z->to)
        (void)z->lib.archive_write_free(z->to);
    if (z->fd >= 0)
        close(z->fd);
    archive_library_close(&z->lib);
    free(z);
}

void zip_file_begin(struct zip_file *z, const char *name)
{
    struct archive_entry *entry = z->lib.archive_entry_new();

    if (!entry)
        abort();
    z->lib.archive_entry_set_pathname(entry, name);
    z->lib.archive_entry_set_filetype(entry, AE_IFREG);
    z->lib.archive_entry_set_perm(entry, 0644);
    z->lib.archive_entry_set_mtime(entry, time(NULL), 0);
    z->failed = z->failed || z->lib.archive_write_header(z->to, entry) != ARCHIVE_OK;
    z->lib.archive_entry_free(entry);
}

void zip_file_add(struct zip_file *z, struct str bytes)
{
    if (zip_file_is_full(z) || !bytes.len)
        return;
    z->added += (int64_t)bytes.len;
    z->failed = z->lib.archive_write_data(z->to, bytes.ptr, bytes.len) != (la_ssize_t)bytes.len;
}

bool zip_file_is_full(const struct zip_file *z)
{
    return z->failed || z->added > ZIP_BYTES_MAX;
}

struct err *zip_file_finish(struct zip_file *z, struct ctx *c, int64_t *size)
{
    struct stat st;

    if (z->added > ZIP_BYTES_MAX)
        return err_new(c, ERR_PRECONDITION, "there is more than fits into one copy");
    if (z->failed || z->lib.archive_write_close(z->to) != ARCHIVE_OK)
        return failed(z, c);
    if (fstat(z->fd, &st) != 0)
        return err_errno(c, errno, "a copy: %s", strerror(errno));
    *size = st.st_size;
    return NULL;
}
