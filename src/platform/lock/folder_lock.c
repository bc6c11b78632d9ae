/* A lock file: locked while its owner lives, empty when he left in good order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "folder_lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <unistd.h>

enum { PID_TEXT_MAX = 32 };

struct folder_lock {
    int fd;
    bool was_left;
};

static struct str owner_of(struct ctx *c, int fd)
{
    char text[PID_TEXT_MAX];
    ssize_t len = pread(fd, text, sizeof(text), 0);

    return str_trim(arena_copy(c->arena, (struct str){text, len > 0 ? (size_t)len : 0}));
}

static bool write_owner(int fd)
{
    char text[PID_TEXT_MAX];
    int len = snprintf(text, sizeof(text), "%ld\n", (long)getpid());

    return ftruncate(fd, 0) == 0 && pwrite(fd, text, (size_t)len, 0) == len;
}

static struct err *take(struct ctx *c, int fd, const char *path, bool *was_left)
{
    if (flock(fd, LOCK_EX | LOCK_NB) != 0)
        return errno == EWOULDBLOCK
                   ? err_new(c, ERR_PRECONDITION, "%s is in use by process " STR_FMT, path,
                             STR_ARG(owner_of(c, fd)))
                   : err_new(c, ERR_UNAVAILABLE, "lock %s: %s", path, strerror(errno));
    *was_left = owner_of(c, fd).len > 0;
    if (!write_owner(fd))
        return err_new(c, ERR_UNAVAILABLE, "write %s: %s", path, strerror(errno));
    return NULL;
}

struct err *folder_lock_take(struct ctx *c, struct str dir, struct folder_lock **out)
{
    const char *path = arena_printf(c->arena, STR_FMT "/lock", STR_ARG(dir));
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    bool was_left = false;

    if (fd < 0)
        return err_new(c, ERR_UNAVAILABLE, "open %s: %s", path, strerror(errno));
    struct err *e = take(c, fd, path, &was_left);

    if (e) {
        close(fd);
        return e;
    }
    struct folder_lock *lock = calloc(1, sizeof(*lock));

    if (!lock)
        abort();
    *lock = (struct folder_lock){fd, was_left};
    *out = lock;
    return NULL;
}

bool folder_lock_was_left(const struct folder_lock *lock)
{
    return lock->was_left;
}

void folder_lock_return(struct folder_lock *lock)
{
    if (!lock || !lock->was_left) {
        folder_lock_release(lock);
        return;
    }
    close(lock->fd);
    free(lock);
}

void folder_lock_release(struct folder_lock *lock)
{
    if (!lock)
        return;
    bool empty = ftruncate(lock->fd, 0) == 0;

    (void)empty; /* if not, the next owner is told that this one was killed: harmless */
    close(lock->fd);
    free(lock);
}
