/* The key file: written whole and synced under another name, then renamed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include "folder.h"

enum { KEY_BYTES = 32, KEY_TEXT = 2 * KEY_BYTES, FILE_MAX = 1024 };

static struct err *failed(struct ctx *c, const char *what, struct str path)
{
    return err_new(c, ERR_UNAVAILABLE, "%s " STR_FMT ": %s", what, STR_ARG(path), strerror(errno));
}

static struct str new_key(struct ctx *c)
{
    static const char hex[] = "0123456789abcdef";
    unsigned char random[KEY_BYTES];
    char *text = arena_bytes(c->arena, KEY_TEXT);

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        abort();
    for (size_t i = 0; i < sizeof(random); i++) {
        text[2 * i] = hex[random[i] >> 4];
        text[2 * i + 1] = hex[random[i] & 15];
    }
    return (struct str){text, KEY_TEXT};
}

static struct err *make(struct ctx *c, struct str path, struct str *out)
{
    struct str key = new_key(c), fresh = arena_str(c->arena, "%s.new", path.ptr);
    int fd = open(fresh.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return failed(c, "make", fresh);
    bool written = write(fd, key.ptr, key.len) == (ssize_t)key.len && fsync(fd) == 0 &&
                   rename(fresh.ptr, path.ptr) == 0 && folder_sync_parent(path.ptr) == 0;
    struct err *e = written ? NULL : failed(c, "write", path);

    close(fd);
    *out = key;
    return e;
}

struct err *secret_load(struct ctx *c, struct str path, struct str *out)
{
    struct str copy = arena_copy(c->arena, path);
    char *text = arena_bytes(c->arena, FILE_MAX);
    int fd = open(copy.ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && errno == ENOENT)
        return make(c, copy, out);
    if (fd < 0)
        return failed(c, "read", copy);
    ssize_t len = read(fd, text, FILE_MAX);

    close(fd);
    if (len <= 0)
        return err_new(c, ERR_PRECONDITION, STR_FMT " is empty: remove it and start again",
                       STR_ARG(path));
    *out = str_trim((struct str){text, (size_t)len});
    return NULL;
}
