/* Writing archives, by libarchive. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "archive_out.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin_io.h"
#include "archive_library.h"
#include "archive_sum.h"
#include "clock.h"
#include "interrupts.h"
#include "text_table.h"

enum { CHUNK = 1 << 17, SAY_EVERY_MS = 500 };

struct archive_out {
    struct archive_library lib;
    struct archive *to;
    struct archive_sum sum;
    int fd;
    char *name, *part; /* NULL: stdout */
    bool finished, says;
    int64_t next_say_ns;
    char chunk[CHUNK];
};

/* ---- the file ---- */

static char *joined(struct str name, const char *end)
{
    char *text = NULL;

    if (asprintf(&text, STR_FMT "%s", STR_ARG(name), end) < 0)
        abort();
    return text;
}

static struct err *refuse_existing(struct ctx *c, const char *name)
{
    if (access(name, F_OK) != 0)
        return NULL;
    return err_new(c, ERR_EXISTS, "%s is there already: a backup replaces nothing", name);
}

/* What a backup that was killed has left is written over; what one still writes is not. */
static struct err *open_part(struct archive_out *o, struct ctx *c)
{
    TRY(refuse_existing(c, o->name));
    o->fd = open(o->part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (o->fd < 0)
        return admin_io_failed(c, "make", str_of(o->part));
    if (flock(o->fd, LOCK_EX | LOCK_NB) != 0) {
        close(o->fd);
        o->fd = -1; /* it is not ours to remove */
        return err_new(c, ERR_PRECONDITION, "%s is being written by another backup", o->part);
    }
    return ftruncate(o->fd, 0) == 0 ? NULL : admin_io_failed(c, "empty", str_of(o->part));
}

static struct err *open_target(struct archive_out *o, struct ctx *c, struct str file)
{
    if (!str_eq(file, STR("-"))) {
        o->name = joined(file, "");
        o->part = joined(file, ".part");
        return open_part(o, c);
    }
    if (isatty(STDOUT_FILENO))
        return err_new(c, ERR_PRECONDITION, "a backup is nothing for a terminal: name a file");
    o->fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0);
    return o->fd < 0 ? admin_io_failed(c, "use", STR("stdout")) : NULL;
}

static struct err *archive_failed(struct archive_out *o, struct ctx *c)
{
    struct str name = o->name ? str_of(o->name) : STR("stdout");

    errno = o->lib.archive_errno(o->to);
    if (errno > 0)
        return admin_io_failed(c, "write", name);
    return err_new(c, ERR_UNAVAILABLE, "write " STR_FMT ": %s", STR_ARG(name),
                   o->lib.archive_error_string(o->to));
}

static struct err *begin(struct archive_out *o, struct ctx *c, struct str file)
{
    TRY(archive_library_open(&o->lib, c));
    TRY(open_target(o, c, file));
    o->to = o->lib.archive_write_new();
    if (!o->to)
        abort();
    if (o->lib.archive_write_set_format_pax_restricted(o->to) != ARCHIVE_OK ||
        o->lib.archive_write_open_fd(o->to, o->fd) != ARCHIVE_OK)
        return archive_failed(o, c);
    return NULL;
}

struct err *archive_out_open(struct ctx *c, struct str file, struct archive_out **out)
{
    struct archive_out *o = calloc(1, sizeof(*o));

    if (!o)
        abort();
    o->fd = -1;
    o->says = isatty(STDERR_FILENO);
    archive_sum_init(&o->sum);
    struct err *e = begin(o, c, file);

    if (e)
        archive_out_close(o);
    else
        *out = o;
    return e;
}

void archive_out_close(struct archive_out *o)
{
    if (!o)
        return;
    if (o->to && !o->finished)
        (void)o->lib.archive_write_fail(o->to);
    if (o->to)
        o->lib.archive_write_free(o->to);
    archive_library_close(&o->lib);
    if (o->part && o->fd >= 0 && !o->finished)
        (void)unlink(o->part);
    if (o->fd >= 0)
        close(o->fd);
    archive_sum_fini(&o->sum);
    free(o->name);
    free(o->part);
    free(o);
}

/* Some file systems cannot rename without replacing; there a look must do. */
static int appear(const struct archive_out *o)
{
    if (renameat2(AT_FDCWD, o->part, AT_FDCWD, o->name, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (access(o->name, F_OK) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(o->part, o->name);
}

struct err *archive_out_finish(struct archive_out *o, struct ctx *c)
{
    if (o->lib.archive_write_close(o->to) != ARCHIVE_OK)
        return archive_failed(o, c);
    if (o->says)
        (void)fputs("\r\033[K", stderr);
    if (o->name) {
        if (fsync(o->fd) != 0)
            return admin_io_failed(c, "sync", str_of(o->part));
        if (appear(o) != 0)
            return admin_io_failed(c, "finish", str_of(o->name));
        o->finished = true;
        return admin_io_sync(c, admin_io_parent(c, str_of(o->name)));
    }
    o->finished = true;
    return NULL;
}

/* ---- what goes in ---- */

static void say_how_far(struct archive_out *o, struct ctx *c)
{
    int64_t now = clock_monotonic_ns();

    if (!o->says || now < o->next_say_ns)
        return;
    o->next_say_ns = now + (int64_t)SAY_EVERY_MS * CLOCK_NS_PER_MS;
    (void)fprintf(stderr, "\r\033[K" STR_FMT " in %" PRId64 " files",
                  STR_ARG(text_table_bytes(c->arena, o->sum.bytes)), o->sum.files);
}

static struct err *put_header(struct archive_out *o, struct ctx *c, struct str name, int64_t size,
                              struct timespec modified)
{
    struct archive_entry *entry = o->lib.archive_entry_new();

    if (!entry)
        abort();
    o->lib.archive_entry_set_pathname(entry, arena_copy(c->arena, name).ptr);
    o->lib.archive_entry_set_filetype(entry, AE_IFREG);
    o->lib.archive_entry_set_perm(entry, 0600);
    o->lib.archive_entry_set_size(entry, size);
    o->lib.archive_entry_set_mtime(entry, modified.tv_sec, modified.tv_nsec);
    int rc = o->lib.archive_write_header(o->to, entry);

    o->lib.archive_entry_free(entry);
    return rc == ARCHIVE_OK ? NULL : archive_failed(o, c);
}

static struct err *put_bytes(struct archive_out *o, struct ctx *c, const char *bytes, size_t len)
{
    return o->lib.archive_write_data(o->to, bytes, len) == (la_ssize_t)len ? NULL
                                                                           : archive_failed(o, c);
}

struct err *archive_out_note(struct archive_out *o, struct ctx *c, const char *name,
                             struct str text)
{
    const struct timespec now = {.tv_sec = clock_wall_ms() / CLOCK_MS_PER_S};

    TRY(put_header(o, c, str_of(name), (int64_t)text.len, now));
    return put_bytes(o, c, text.ptr, text.len);
}

/* Exactly as many bytes as its header says, whatever happens to the file meanwhile. */
static struct err *copy(struct archive_out *o, struct ctx *c, int fd, int64_t left,
                        const char *path)
{
    while (left > 0) {
        size_t want = left < CHUNK ? (size_t)left : CHUNK;
        ssize_t got = read(fd, o->chunk, want);

        if (got < 0)
            return admin_io_failed(c, "read", str_of(path));
        if (got == 0)
            return err_new(c, ERR_ABORTED, "%s became shorter while it was copied", path);
        TRY(put_bytes(o, c, o->chunk, (size_t)got));
        archive_sum_bytes(&o->sum, o->chunk, (size_t)got);
        TRY(interrupts_check(c));
        say_how_far(o, c);
        left -= got;
    }
    return NULL;
}

static struct err *put_open_file(struct archive_out *o, struct ctx *c, struct str name, int fd,
                                 const char *path)
{
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return err_new(c, ERR_UNAVAILABLE, "%s is no file", path);
    TRY(put_header(o, c, name, st.st_size, st.st_mtim));
    archive_sum_file(&o->sum, name, st.st_size);
    return copy(o, c, fd, st.st_size, path);
}

struct err *archive_out_file(struct archive_out *o, struct ctx *c, struct str name,
                             const char *path, bool *found)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

    *found = fd >= 0 || errno != ENOENT;
    if (fd < 0)
        return *found ? admin_io_failed(c, "open", str_of(path)) : NULL;
    struct err *e = put_open_file(o, c, name, fd, path);

    close(fd);
    return e;
}

struct archive_note_last archive_out_sum(struct archive_out *o, struct arena *a)
{
    return archive_sum_end(&o->sum, a);
}
