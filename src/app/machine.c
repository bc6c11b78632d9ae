/* Looking at the machine, at start-up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "folder.h"
#include "log.h"
#include "media.h"

struct err *machine_data_folder(struct ctx *c, struct str path)
{
    const char *name = arena_copy(c->arena, path).ptr;

    if (folder_make(name) == 0 && access(name, R_OK | W_OK | X_OK) == 0)
        return NULL;
    return err_new(c, ERR_UNAVAILABLE, "the data folder %s cannot be used: %s", name,
                   strerror(errno));
}

void machine_tell_kill(struct ctx *c, struct log *log, struct str log_file)
{
    struct stat at = {0};

    if (stat(arena_copy(c->arena, log_file).ptr, &at) != 0)
        at.st_size = 0;
    log_warn(log, c, "the last server was killed", log_int("sql.log_bytes", (int64_t)at.st_size));
}

size_t machine_threads(int64_t wanted)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    if (wanted > 0)
        return (size_t)wanted;
    return cores > 0 ? (size_t)cores : 1;
}

struct err *machine_worker(struct ctx *c, struct str set, char **out)
{
    const char *path = arena_copy(c->arena, set).ptr;

    if (!set.len)
        TRY(media_worker_path(c, &path));
    if (access(path, X_OK) != 0)
        return err_new(c, ERR_PRECONDITION, "the media worker %s is missing", path);
    *out = strdup(path);
    if (!*out)
        abort();
    return NULL;
}
