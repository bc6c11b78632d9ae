/* A folder that appears whole. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "restore_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "admin_io.h"
#include "blob.h"

/* "/srv/duan", whether it is there or not; its parent is. */
static struct err *real_path(struct ctx *c, struct str data, struct str *out)
{
    char real[PATH_MAX];

    while (data.len > 1 && data.ptr[data.len - 1] == '/')
        data.len--;
    data = arena_copy(c->arena, data);
    if (realpath(data.ptr, real)) {
        *out = arena_copy(c->arena, str_of(real));
        return NULL;
    }
    const char *slash = strrchr(data.ptr, '/');
    bool missing = errno == ENOENT;
    struct str parent = admin_io_parent(c, data);

    if (!missing || !realpath(parent.ptr, real))
        return admin_io_failed(c, "the folder of", data);
    *out = arena_str(c->arena, "%s/%s", strcmp(real, "/") == 0 ? "" : real,
                     slash ? slash + 1 : data.ptr);
    return NULL;
}

static struct err *check_empty(struct ctx *c, struct str data, bool *exists)
{
    DIR *dir = opendir(data.ptr);
    struct dirent *entry;
    bool empty = true;

    *exists = dir || errno != ENOENT;
    if (!dir)
        return *exists ? admin_io_failed(c, "open", data) : NULL;
    while (empty && (entry = readdir(dir)) != NULL)
        empty = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
    closedir(dir);
    if (empty)
        return NULL;
    return err_new(c, ERR_EXISTS,
                   STR_FMT " is not empty: restore into a new folder, or empty this one first",
                   STR_ARG(data));
}

static bool is_a_file_system(struct str data, struct str parent)
{
    struct stat own, above;

    return stat(data.ptr, &own) == 0 && stat(parent.ptr, &above) == 0 && own.st_dev != above.st_dev;
}

struct err *restore_place_open(struct ctx *c, struct str data, struct restore_place *out)
{
    bool exists;

    *out = (struct restore_place){.folder = -1};
    TRY(real_path(c, data, &out->data));
    TRY(check_empty(c, out->data, &exists));
    struct str parent = admin_io_parent(c, out->data);

    out->inside =
        exists && (is_a_file_system(out->data, parent) || access(parent.ptr, W_OK | X_OK) != 0);
    char *made =
        arena_printf(c->arena, "%s%s.restore-XXXXXX", out->data.ptr, out->inside ? "/" : "");

    if (!mkdtemp(made))
        return admin_io_failed(c, "make folder", str_of(made));
    out->made = str_of(made);
    out->folder = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return out->folder < 0 ? admin_io_failed(c, "open", out->made) : NULL;
}

/* ---- coming to its place ---- */

/* All that a restored folder holds. The database comes last: without one it is no data folder. */
static const char *const parts[] = {"lock", "media", "token.key", "duan.yaml", "duan.db"};

static bool move_part(int to, int from, const char *name)
{
    return renameat2(from, name, to, name, RENAME_NOREPLACE) == 0 || errno == ENOENT;
}

/* What has moved moves back when another cannot. */
static struct err *move_all_up(struct restore_place *p, struct ctx *c)
{
    int data = open(p->data.ptr, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    size_t moved = 0;
    struct err *e = NULL;

    if (data < 0)
        return admin_io_failed(c, "open", p->data);
    while (moved < COUNT(parts) && move_part(data, p->folder, parts[moved]))
        moved++;
    if (moved < COUNT(parts)) {
        e = admin_io_failed(c, "move to", arena_str(c->arena, "%s/%s", p->data.ptr, parts[moved]));
        while (moved-- > 0)
            (void)move_part(p->folder, data, parts[moved]);
    }
    close(data);
    if (e)
        return e;
    return rmdir(p->made.ptr) == 0 ? NULL : admin_io_failed(c, "remove", p->made);
}

/* rename(2) replaces an empty folder, and refuses any other: a server that began meanwhile wins. */
static struct err *move(struct restore_place *p, struct ctx *c)
{
    if (p->inside)
        return move_all_up(p, c);
    if (rename(p->made.ptr, p->data.ptr) != 0)
        return errno == ENOTEMPTY || errno == EEXIST
                   ? err_new(c, ERR_EXISTS, STR_FMT " is no longer empty", STR_ARG(p->data))
                   : admin_io_failed(c, "move to", p->data);
    return NULL;
}

struct err *restore_place_finish(struct restore_place *p, struct ctx *c)
{
    if (syncfs(p->folder) != 0)
        return admin_io_failed(c, "sync", p->made);
    TRY(move(p, c));
    p->made = (struct str){0};
    return admin_io_sync(c, p->inside ? p->data : admin_io_parent(c, p->data));
}

void restore_place_close(struct restore_place *p)
{
    if (p->folder >= 0)
        close(p->folder);
    if (p->made.len)
        blob_scratch_remove(p->made);
}
