/* Preloaded: writing and syncing a database fails while a file says so. */
/* SPDX-License-Identifier: Apache-2.0 */
/* IO_ERROR names the file; it holds the number of the error, as text. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t (*real_pwrite)(int fd, const void *bytes, size_t len, off_t at);
static int (*real_fsync)(int fd);
static int (*real_fdatasync)(int fd);

static bool is_database(int fd)
{
    char link[32], path[4096];

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof(path) - 1);

    path[len > 0 ? len : 0] = '\0';
    return strstr(path, ".db") != NULL && !strstr(path, "-shm");
}

/* Sets errno; false: all is well. */
static bool fails(int fd)
{
    const char *order = getenv("IO_ERROR");
    char text[8] = "";
    int file = order ? open(order, O_RDONLY | O_CLOEXEC) : -1;

    if (file < 0)
        return false;
    bool is_there = read(file, text, sizeof(text) - 1) > 0;

    close(file);
    if (!is_there || !is_database(fd))
        return false;
    errno = (int)strtol(text, NULL, 10);
    return true;
}

/* Programs call either name, whatever their own offsets are. */
ssize_t short_pwrite(int fd, const void *bytes, size_t len, off_t at) __asm__("pwrite");
ssize_t long_pwrite(int fd, const void *bytes, size_t len, off_t at) __asm__("pwrite64");

ssize_t short_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return long_pwrite(fd, bytes, len, at);
}

ssize_t long_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return fails(fd) ? -1 : real_pwrite(fd, bytes, len, at);
}

int fsync(int fd)
{
    return fails(fd) ? -1 : real_fsync(fd);
}

int fdatasync(int fd)
{
    return fails(fd) ? -1 : real_fdatasync(fd);
}

__attribute__((constructor)) static void start(void)
{
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
}
