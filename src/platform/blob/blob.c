/* The face of blob: names are checked, local folders looked after, objects left to the driver. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "blob_impl.h"
#include "folder.h"

enum { WALK_FDS = 16 };

const char BLOB_STORE_AWAY[] = "store_away";

/* ---- what drivers use too ---- */

struct err *blob_failed(struct ctx *c, const char *what, struct str name)
{
    int number = errno;

    return err_errno(c, number, "%s " STR_FMT ": %s", what, STR_ARG(name), strerror(number));
}

struct err *blob_make_folder(struct ctx *c, const char *path)
{
    return folder_make(path) == 0 ? NULL : blob_failed(c, "make folder", str_of(path));
}

char *blob_path(struct str dir, const char *name)
{
    char *path = NULL;

    if (asprintf(&path, STR_FMT "/%s", STR_ARG(dir), name) < 0)
        abort();
    return path;
}

struct err *blob_open_folders(struct blob *b, struct ctx *c, struct str dir)
{
    b->root = blob_path(dir, ".");
    b->scratch = blob_path(dir, "scratch");
    b->work = blob_path(dir, "work");
    TRY(blob_make_folder(c, arena_copy(c->arena, dir).ptr));
    TRY(blob_make_folder(c, b->scratch));
    return blob_make_folder(c, b->work);
}

void blob_close(struct blob *b)
{
    if (!b)
        return;
    free(b->root);
    free(b->scratch);
    free(b->work);
    b->ops->close(b);
}

int blob_nameless_file(const char *folder)
{
    char *path = blob_path(str_of(folder), "got-XXXXXX");
    int fd = mkostemp(path, O_CLOEXEC);

    if (fd >= 0)
        (void)unlink(path);
    free(path);
    return fd;
}

/* ---- names ---- */

static bool key_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '.' ||
           byte == '_' || byte == '-' || byte == '/';
}

/* A key never leaves the directory: no empty part, none that begins with a dot. */
static struct err *check_key(struct ctx *c, struct str key)
{
    struct str rest = key;
    bool good = key.len > 0 && key.len <= BLOB_KEY_MAX && key.ptr[key.len - 1] != '/';

    for (size_t i = 0; good && i < key.len; i++)
        good = key_byte(key.ptr[i]);
    while (good && rest.len) {
        struct str part = str_cut(&rest, '/');

        good = part.len > 0 && part.ptr[0] != '.';
    }
    return good ? NULL : err_new(c, ERR_NOT_FOUND, "no object of that name");
}

/* ---- folders ---- */

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

int blob_remove_tree(const char *path)
{
    return nftw(path, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS);
}

void blob_scratch_remove(struct str dir)
{
    (void)blob_remove_tree(dir.ptr);
}

static struct err *folder_in(struct ctx *c, const char *parent, struct str name, struct str *out)
{
    TRY(check_key(c, name));
    struct str path = arena_str(c->arena, "%s/" STR_FMT, parent, STR_ARG(name));

    TRY(blob_make_folder(c, path.ptr));
    *out = path;
    return NULL;
}

struct err *blob_scratch(struct blob *b, struct ctx *c, struct str name, struct str *out)
{
    return folder_in(c, b->scratch, name, out);
}

struct err *blob_workspace(struct blob *b, struct ctx *c, struct str name, struct str *out)
{
    return folder_in(c, b->work, name, out);
}

void blob_workspace_remove(struct str dir)
{
    blob_scratch_remove(dir);
    (void)folder_sync_parent(dir.ptr); /* what a broken disk brings back, the doctor finds */
}

static struct err *ask_of_one(struct ctx *c, const char *parent, struct str name, blob_left *ask,
                              void *self)
{
    bool keep = false;

    TRY(ask(self, c, name, &keep));
    if (!keep)
        blob_workspace_remove(arena_str(c->arena, "%s/" STR_FMT, parent, STR_ARG(name)));
    return NULL;
}

static struct err *ask_of_all(struct ctx *c, const char *parent, blob_left *ask, void *self)
{
    DIR *dir = opendir(parent);
    struct err *e = NULL;

    if (!dir)
        return blob_failed(c, "open", str_of(parent));
    for (struct dirent *entry; !e && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            e = ask_of_one(c, parent, str_of(entry->d_name), ask, self);
    closedir(dir);
    return e;
}

/* Folders are there that a killed process had not synced yet. */
static struct err *sync_all(struct blob *b, struct ctx *c)
{
    int fd = open(b->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0)
        return blob_failed(c, "open", str_of(b->root));
    struct err *e = syncfs(fd) == 0 ? NULL : blob_failed(c, "sync", str_of(b->root));

    close(fd);
    return e;
}

struct err *blob_recover(struct blob *b, struct ctx *c, blob_left *ask, void *self)
{
    TRY(sync_all(b, c));
    return ask_of_all(c, b->scratch, ask, self);
}

struct err *blob_recover_workspaces(struct blob *b, struct ctx *c, blob_left *ask, void *self)
{
    return ask_of_all(c, b->work, ask, self);
}

struct err *blob_free_bytes(struct blob *b, struct ctx *c, int64_t *out)
{
    struct statvfs st;

    if (statvfs(b->root, &st) != 0)
        return blob_failed(c, "look at", str_of(b->root));
    *out = (int64_t)(st.f_bavail * st.f_frsize);
    return NULL;
}

/* ---- objects ---- */

struct err *blob_put(struct blob *b, struct ctx *c, struct str key, struct str file)
{
    TRY(check_key(c, key));
    return b->ops->put(b, c, key, arena_copy(c->arena, file));
}

struct err *blob_get(struct blob *b, struct ctx *c, struct str key, struct blob_object *out)
{
    TRY(check_key(c, key));
    return b->ops->get(b, c, key, out);
}

struct err *blob_remove(struct blob *b, struct ctx *c, struct str prefix)
{
    TRY(check_key(c, prefix));
    return b->ops->remove(b, c, prefix);
}

struct str blob_link(struct blob *b, struct ctx *c, struct str key, const char *type, int *valid_s)
{
    return b->ops->link ? b->ops->link(b, c, key, type, valid_s) : (struct str){0};
}

struct str blob_link_origin(struct blob *b)
{
    return b->ops->link_origin ? b->ops->link_origin(b) : (struct str){0};
}

bool blob_stats(struct blob *b, struct blob_stats *out)
{
    if (b->ops->stats)
        b->ops->stats(b, out);
    return b->ops->stats != NULL;
}

void blob_stop(struct blob *b)
{
    if (b && b->ops->stop)
        b->ops->stop(b);
}

/* ---- views ---- */

/* Of an object that is whole on this machine. */
struct local_view {
    struct blob_view base; /* first */
    int fd;
};

static void local_close(struct blob_view *v)
{
    close(((struct local_view *)v)->fd);
    free(v);
}

static struct err *local_ask(struct blob_view *v, struct ctx *c, int64_t first, int64_t length,
                             int *fd)
{
    (void)first, (void)length;
    int copy = fcntl(((struct local_view *)v)->fd, F_DUPFD_CLOEXEC, 0);

    if (copy < 0)
        return blob_failed(c, "open", STR("an object"));
    *fd = copy;
    return NULL;
}

static int64_t local_read(struct blob_view *v, int64_t at, char *into, size_t room)
{
    ssize_t got = pread(((struct local_view *)v)->fd, into, room, at);

    return got > 0 ? got : -1;
}

static void local_wait(struct blob_view *v, int64_t at, void (*wake)(void *arg), void *arg)
{
    (void)v, (void)at;
    wake(arg);
}

static const struct blob_view_ops local_ops = {local_close, local_ask, local_read, local_wait};

struct err *blob_view_local(struct blob *b, struct ctx *c, struct str key, struct blob_view **out)
{
    struct blob_object object;

    TRY(b->ops->get(b, c, key, &object));
    struct local_view *v = calloc(1, sizeof(*v));

    if (!v)
        abort();
    *v = (struct local_view){{&local_ops, {object.size, (uint64_t)object.modified_ms}}, object.fd};
    *out = &v->base;
    return NULL;
}

struct err *blob_view_open(struct blob *b, struct ctx *c, struct str key, struct blob_view **out)
{
    TRY(check_key(c, key));
    return b->ops->view ? b->ops->view(b, c, key, out) : blob_view_local(b, c, key, out);
}

void blob_view_close(struct blob_view *v)
{
    if (v)
        v->ops->close(v);
}

struct blob_info blob_view_info(const struct blob_view *v)
{
    return v->info;
}

struct err *blob_view_ask(struct blob_view *v, struct ctx *c, int64_t first, int64_t length,
                          int *fd)
{
    return v->ops->ask(v, c, first, length, fd);
}

int64_t blob_view_read(struct blob_view *v, int64_t at, char *into, size_t room)
{
    return v->ops->read(v, at, into, room);
}

void blob_view_wait(struct blob_view *v, int64_t at, void (*wake)(void *arg), void *arg)
{
    v->ops->wait(v, at, wake, arg);
}
