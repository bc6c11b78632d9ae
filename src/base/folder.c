/* Folders: made and synced. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_sync(int at, const char *path)
{
    int fd = openat(at, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    int failed = fsync(fd), why = errno;

    close(fd);
    errno = why;
    return failed;
}

int folder_sync_parent(const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash)
        return folder_sync(AT_FDCWD, ".");
    char *parent = strndup(path, slash == path ? 1 : (size_t)(slash - path));

    if (!parent)
        abort();
    int failed = folder_sync(AT_FDCWD, parent), why = errno;

    free(parent);
    errno = why;
    return failed;
}

int folder_make(const char *path)
{
    if (mkdir(path, 0700) == 0)
        return folder_sync_parent(path);
    return errno == EEXIST ? 0 : -1;
}
