/* A lock file that many may share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "file_hold.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

static struct err *failed(struct ctx *c, const char *what, const char *path)
{
    int number = errno;

    return err_errno(c, number, "%s %s: %s", what, path, strerror(number));
}

struct err *file_hold_take(struct ctx *c, struct str data, enum file_hold how, int *fd)
{
    const char *path = arena_printf(c->arena, STR_FMT "/files.lock", STR_ARG(data));
    int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

    if (opened < 0)
        return failed(c, "open", path);
    if (flock(opened, how == FILE_HOLD_COPY ? LOCK_SH : LOCK_EX | LOCK_NB) == 0) {
        *fd = opened;
        return NULL;
    }
    struct err *e = errno == EWOULDBLOCK
                        ? err_new(c, ERR_PRECONDITION,
                                  "a backup is being made, so no files can be removed: try again "
                                  "when it has ended")
                        : failed(c, "lock", path);

    close(opened);
    return e;
}
