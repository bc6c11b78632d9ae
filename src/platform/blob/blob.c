/* Objects in a directory: rename in, fsync, open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "clock.h"
#include "folder.h"

enum { WALK_FDS = 16 };

struct blob {
    int objects; /* directory descriptor */
    char *objects_path, *scratch_path, *work_path;
    pthread_mutex_t making; /* of folders below objects: one that is there has been synced */
};

static struct err *failed(struct ctx *c, const char *what, struct str name)
{
    int number = errno;

    return err_errno(c, number, "%s " STR_FMT ": %s", what, STR_ARG(name), strerror(number));
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

void blob_scratch_remove(struct str dir)
{
    (void)nftw(dir.ptr, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS);
}

static struct err *make_folder(struct ctx *c, const char *path)
{
    return folder_make(path) == 0 ? NULL : failed(c, "make folder", str_of(path));
}

static char *joined(struct str dir, const char *name)
{
    char *path = NULL;

    if (asprintf(&path, STR_FMT "/%s", STR_ARG(dir), name) < 0)
        abort();
    return path;
}

struct err *blob_open(struct ctx *c, struct str dir, struct blob **out)
{
    struct blob *b = calloc(1, sizeof(*b));
    struct err *e;

    if (!b)
        abort();
    b->objects = -1;
    b->objects_path = joined(dir, "objects");
    b->scratch_path = joined(dir, "scratch");
    b->work_path = joined(dir, "work");
    if (pthread_mutex_init(&b->making, NULL) != 0)
        abort();
    if ((e = make_folder(c, arena_copy(c->arena, dir).ptr)) != NULL ||
        (e = make_folder(c, b->objects_path)) != NULL ||
        (e = make_folder(c, b->scratch_path)) != NULL || (e = make_folder(c, b->work_path)) != NULL)
        goto fail;
    b->objects = open(b->objects_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (b->objects < 0) {
        e = failed(c, "open", str_of(b->objects_path));
        goto fail;
    }
    *out = b;
    return NULL;

fail:
    blob_close(b);
    return e;
}

void blob_close(struct blob *b)
{
    if (!b)
        return;
    if (b->objects >= 0)
        close(b->objects);
    free(b->objects_path);
    free(b->scratch_path);
    free(b->work_path);
    pthread_mutex_destroy(&b->making);
    free(b);
}

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

/* One level of make_folders(). */
static struct err *make_level(struct blob *b, struct ctx *c, const char *path, const char *parent)
{
    int made = mkdirat(b->objects, path, 0700);

    if ((made != 0 && errno != EEXIST) || (made == 0 && folder_sync(b->objects, parent) != 0))
        return failed(c, "make folder", str_of(path));
    return NULL;
}

/* "v/2a/42/1/video.mp4": the folders v, v/2a, v/2a/42, v/2a/42/1; a new one is synced into its
 * parent before anybody else finds it there. */
static struct err *make_folders(struct blob *b, struct ctx *c, struct str key)
{
    const char *parent = ".";
    struct err *e = NULL;

    pthread_mutex_lock(&b->making);
    for (size_t i = 0; i < key.len && !e; i++) {
        if (key.ptr[i] != '/')
            continue;
        const char *path = arena_copy(c->arena, (struct str){key.ptr, i}).ptr;

        e = make_level(b, c, path, parent);
        parent = path;
    }
    pthread_mutex_unlock(&b->making);
    return e;
}

static struct err *sync_file(struct ctx *c, struct str file)
{
    int fd = open(file.ptr, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return failed(c, "open", file);
    struct err *e = fsync(fd) == 0 ? NULL : failed(c, "sync", file);

    close(fd);
    return e;
}

static const char *folder_of(struct ctx *c, struct str key)
{
    const char *slash = memrchr(key.ptr, '/', key.len);

    return slash ? arena_copy(c->arena, (struct str){key.ptr, (size_t)(slash - key.ptr)}).ptr : ".";
}

static struct err *folder_in(struct ctx *c, const char *parent, struct str name, struct str *out)
{
    TRY(check_key(c, name));
    struct str path = arena_str(c->arena, "%s/" STR_FMT, parent, STR_ARG(name));

    TRY(make_folder(c, path.ptr));
    *out = path;
    return NULL;
}

struct err *blob_scratch(struct blob *b, struct ctx *c, struct str name, struct str *out)
{
    return folder_in(c, b->scratch_path, name, out);
}

struct err *blob_workspace(struct blob *b, struct ctx *c, struct str name, struct str *out)
{
    return folder_in(c, b->work_path, name, out);
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
        return failed(c, "open", str_of(parent));
    for (struct dirent *entry; !e && (entry = readdir(dir)) != NULL;)
        if (entry->d_name[0] != '.')
            e = ask_of_one(c, parent, str_of(entry->d_name), ask, self);
    closedir(dir);
    return e;
}

struct err *blob_recover(struct blob *b, struct ctx *c, blob_left *ask, void *self)
{
    if (syncfs(b->objects) != 0) /* folders are there that a killed process had not synced yet */
        return failed(c, "sync", str_of(b->objects_path));
    return ask_of_all(c, b->scratch_path, ask, self);
}

struct err *blob_recover_workspaces(struct blob *b, struct ctx *c, blob_left *ask, void *self)
{
    return ask_of_all(c, b->work_path, ask, self);
}

struct err *blob_put(struct blob *b, struct ctx *c, struct str key, struct str file)
{
    struct str from = arena_copy(c->arena, file);

    TRY(check_key(c, key));
    TRY(sync_file(c, from));
    TRY(make_folders(b, c, key));
    if (renameat(AT_FDCWD, from.ptr, b->objects, arena_copy(c->arena, key).ptr) != 0)
        return failed(c, "move in", key);
    if (folder_sync(b->objects, folder_of(c, key)) != 0)
        return failed(c, "sync the folder of", key);
    return NULL;
}

struct err *blob_get(struct blob *b, struct ctx *c, struct str key, struct blob_object *out)
{
    struct stat st;

    TRY(check_key(c, key));
    int fd = openat(b->objects, arena_copy(c->arena, key).ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return failed(c, "open", key);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(fd);
        return err_new(c, ERR_NOT_FOUND, "no object of that name");
    }
    *out = (struct blob_object){
        .fd = fd,
        .size = st.st_size,
        .modified_ms = st.st_mtim.tv_sec * CLOCK_MS_PER_S + st.st_mtim.tv_nsec / CLOCK_NS_PER_MS,
    };
    return NULL;
}

struct err *blob_remove(struct blob *b, struct ctx *c, struct str prefix)
{
    TRY(check_key(c, prefix));
    const char *path = arena_printf(c->arena, "%s/" STR_FMT, b->objects_path, STR_ARG(prefix));

    if (nftw(path, remove_one, WALK_FDS, FTW_DEPTH | FTW_PHYS) != 0)
        return errno == ENOENT ? NULL : failed(c, "remove", prefix);
    return folder_sync_parent(path) == 0 ? NULL : failed(c, "sync the folder of", prefix);
}

struct err *blob_free_bytes(struct blob *b, struct ctx *c, int64_t *out)
{
    struct statvfs st;

    if (fstatvfs(b->objects, &st) != 0)
        return failed(c, "look at", str_of(b->objects_path));
    *out = (int64_t)(st.f_bavail * st.f_frsize);
    return NULL;
}
