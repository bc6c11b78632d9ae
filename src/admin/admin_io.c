/* What stdio leaves to us. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin_io.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct err *admin_io_failed(struct ctx *c, const char *what, struct str path)
{
    enum err_code code = errno == ENOSPC || errno == EDQUOT ? ERR_EXHAUSTED
                         : errno == ENOENT                  ? ERR_NOT_FOUND
                                                            : ERR_UNAVAILABLE;

    return err_new(c, code, "%s " STR_FMT ": %s", what, STR_ARG(path), strerror(errno));
}

struct str admin_io_parent(struct ctx *c, struct str path)
{
    const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

    if (!slash)
        return STR(".");
    return slash == path.ptr
               ? STR("/")
               : arena_copy(c->arena, (struct str){path.ptr, (size_t)(slash - path.ptr)});
}

struct err *admin_io_sync(struct ctx *c, struct str folder)
{
    int fd = open(arena_copy(c->arena, folder).ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct err *e = fd >= 0 && fsync(fd) == 0 ? NULL : admin_io_failed(c, "sync", folder);

    if (fd >= 0)
        close(fd);
    return e;
}
