/* Reading archives, by libarchive: as tar alone, and with a stern look at every name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_in.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "admin.h"
#include "admin_io.h"
#include "archive_library.h"
#include "archive_sum.h"
#include "clock.h"
#include "interrupts.h"

enum { CHUNK = 1 << 17 };

struct reading {
    struct archive_library lib;
    struct archive *from;
    struct archive_entry *entry; /* libarchive's: the one under way */
    struct archive_sum sum;
    int folder;
    bool has_database;
    char chunk[CHUNK];
};

static struct err *damaged(struct ctx *c, const char *how)
{
    return err_new(c, ERR_INVALID, "the backup is damaged or none of Duan: %s", how);
}

static struct err *cannot_read(struct reading *r, struct ctx *c)
{
    const char *text = r->lib.archive_error_string(r->from);

    return damaged(c, text ? text : "it cannot be read");
}

/* *more is false behind the last one. */
static struct err *next_entry(struct reading *r, struct ctx *c, bool *more)
{
    int rc = r->lib.archive_read_next_header(r->from, &r->entry);

    *more = rc == ARCHIVE_OK;
    return rc == ARCHIVE_OK || rc == ARCHIVE_EOF ? NULL : cannot_read(r, c);
}

static struct str name_of(struct reading *r)
{
    return str_of(r->lib.archive_entry_pathname(r->entry));
}

/* A plain file, of a size that is stated; and it is a file of ours. */
static struct err *check_entry(struct reading *r, struct ctx *c)
{
    struct archive_entry *e = r->entry;
    struct str name = name_of(r);

    if (!archive_note_allows(name))
        return err_new(c, ERR_INVALID, "the backup holds what no backup of Duan does: \"%s\"",
                       name.ptr ? name.ptr : "?");
    if (r->lib.archive_entry_filetype(e) != AE_IFREG || r->lib.archive_entry_hardlink(e) ||
        r->lib.archive_entry_symlink(e) || r->lib.archive_entry_sparse_count(e) > 0)
        return err_new(c, ERR_INVALID, "\"%s\" in the backup is no plain file", name.ptr);
    if (!r->lib.archive_entry_size_is_set(e) || r->lib.archive_entry_size(e) < 0)
        return err_new(c, ERR_INVALID, "\"%s\" in the backup has no size", name.ptr);
    return NULL;
}

/* ---- files ---- */

static struct err *check_room(struct reading *r, struct ctx *c)
{
    struct statvfs st;

    if (fstatvfs(r->folder, &st) != 0)
        return admin_io_failed(c, "look at", STR("the data folder"));
    if ((uint64_t)r->lib.archive_entry_size(r->entry) / st.f_frsize >= st.f_bavail)
        return err_new(c, ERR_EXHAUSTED, "%" PRId64 " bytes for \"%s\" do not fit on this disk",
                       (int64_t)r->lib.archive_entry_size(r->entry), name_of(r).ptr);
    return NULL;
}

static struct err *make_folders(struct reading *r, struct ctx *c, struct str name)
{
    for (size_t i = 0; i < name.len; i++) {
        struct str path = {name.ptr, i};

        if (name.ptr[i] == '/' && mkdirat(r->folder, arena_copy(c->arena, path).ptr, 0700) != 0 &&
            errno != EEXIST)
            return admin_io_failed(c, "make folder", path);
    }
    return NULL;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t put = write(fd, bytes, len);

        if (put < 0)
            return false;
        bytes += put;
        len -= (size_t)put;
    }
    return true;
}

static struct err *copy(struct reading *r, struct ctx *c, int fd, struct str name)
{
    int64_t left = r->lib.archive_entry_size(r->entry);
    la_ssize_t got;

    while ((got = r->lib.archive_read_data(r->from, r->chunk, CHUNK)) > 0) {
        if (!write_all(fd, r->chunk, (size_t)got))
            return admin_io_failed(c, "write", name);
        archive_sum_bytes(&r->sum, r->chunk, (size_t)got);
        TRY(interrupts_check(c));
        left -= got;
    }
    if (got < 0)
        return cannot_read(r, c);
    return left == 0 ? NULL : damaged(c, "a file is not as long as it should be");
}

/* Caches know a file by its size and time, so it keeps its time. */
static struct err *unpack_file(struct reading *r, struct ctx *c)
{
    struct str name = arena_copy(c->arena, name_of(r));
    const struct timespec times[2] = {
        {.tv_nsec = UTIME_OMIT},
        {r->lib.archive_entry_mtime(r->entry), r->lib.archive_entry_mtime_nsec(r->entry)}};

    TRY(check_room(r, c));
    TRY(make_folders(r, c, name));
    int fd =
        openat(r->folder, name.ptr, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return errno == EEXIST ? err_new(c, ERR_INVALID, "\"%s\" is in the backup twice", name.ptr)
                               : admin_io_failed(c, "make", name);
    archive_sum_file(&r->sum, name, r->lib.archive_entry_size(r->entry));
    r->has_database |= str_eq(name, STR("duan.db"));
    struct err *e = copy(r, c, fd, name);

    if (!e && futimens(fd, times) != 0)
        e = admin_io_failed(c, "date", name);
    close(fd);
    return e;
}

/* ---- notes ---- */

static bool is_note(struct reading *r, const char *name)
{
    return str_eq(name_of(r), str_of(name));
}

static struct err *read_note(struct reading *r, struct ctx *c, struct str *out)
{
    char *text = arena_bytes(c->arena, ARCHIVE_NOTE_MAX_BYTES);
    size_t len = 0;
    la_ssize_t got = 0;

    while (len < ARCHIVE_NOTE_MAX_BYTES &&
           (got = r->lib.archive_read_data(r->from, text + len, ARCHIVE_NOTE_MAX_BYTES - len)) > 0)
        len += (size_t)got;
    if (got < 0)
        return cannot_read(r, c);
    *out = (struct str){text, len};
    return NULL;
}

static struct err *read_first(struct reading *r, struct ctx *c, struct archive_note_first *out)
{
    struct str text;
    bool more;

    TRY(next_entry(r, c, &more));
    if (!more || !is_note(r, ARCHIVE_NOTE_FIRST))
        return damaged(c, "it does not begin as one");
    TRY(read_note(r, c, &text));
    return archive_note_read_first(c, text, out);
}

static struct err *check_last(struct reading *r, struct ctx *c)
{
    struct archive_note_last said = {0}, found = archive_sum_end(&r->sum, c->arena);
    struct str text = {0};
    bool more;

    TRY(read_note(r, c, &text));
    TRY(archive_note_read_last(c, text, &said));
    if (said.files != found.files || said.bytes != found.bytes)
        return damaged(c, "files are missing in it");
    if (!str_eq(said.sha256, found.sha256))
        return damaged(c, "its contents are not what was put in");
    if (!r->has_database)
        return damaged(c, "it holds no database");
    TRY(next_entry(r, c, &more));
    return more ? damaged(c, "it goes on behind its end") : NULL;
}

/* ---- all of it ---- */

static struct err *unpack_next(void *arg, struct ctx *c, bool *more)
{
    struct reading *r = arg;
    bool entry;

    TRY(next_entry(r, c, &entry));
    if (!entry)
        return damaged(c, "it breaks off");
    *more = !is_note(r, ARCHIVE_NOTE_LAST);
    if (!*more)
        return check_last(r, c);
    TRY(check_entry(r, c));
    return unpack_file(r, c);
}

static struct err *unpack(struct reading *r, struct ctx *c, struct archive_note_first *out)
{
    TRY(read_first(r, c, out));
    return admin_pieces(c, unpack_next, r);
}

static struct err *open_file(struct ctx *c, struct str file, int *out)
{
    *out = str_eq(file, STR("-")) ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                  : open(arena_copy(c->arena, file).ptr, O_RDONLY | O_CLOEXEC);
    return *out < 0 ? admin_io_failed(c, "open", file) : NULL;
}

static struct err *read_from(struct reading *r, struct ctx *c, int fd,
                             struct archive_note_first *out)
{
    TRY(archive_library_open(&r->lib, c));
    r->from = r->lib.archive_read_new();
    if (!r->from)
        abort();
    (void)r->lib.archive_read_support_format_tar(r->from);
    return r->lib.archive_read_open_fd(r->from, fd, CHUNK) == ARCHIVE_OK ? unpack(r, c, out)
                                                                         : cannot_read(r, c);
}

struct err *archive_in_unpack(struct ctx *c, struct str file, int folder,
                              struct archive_note_first *out)
{
    struct reading *r;
    int fd;

    TRY(open_file(c, file, &fd));
    r = calloc(1, sizeof(*r));
    if (!r)
        abort();
    r->folder = folder;
    archive_sum_init(&r->sum);
    struct err *e = read_from(r, c, fd, out);

    if (r->from)
        r->lib.archive_read_free(r->from);
    archive_library_close(&r->lib);
    archive_sum_fini(&r->sum);
    free(r);
    close(fd);
    return e;
}
