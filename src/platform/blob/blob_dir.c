/* Objects in a directory: rename in, fsync, open. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob_impl.h"
#include "clock.h"
#include "folder.h"

struct blob_dir {
    struct blob base; /* first */
    int objects;      /* directory descriptor */
    char *objects_path;
    pthread_mutex_t making; /* of folders below objects: one that is there has been synced */
};

static struct blob_dir *of(struct blob *base)
{
    return (struct blob_dir *)base;
}

/* One level of make_folders(). */
static struct err *make_level(struct blob_dir *b, struct ctx *c, const char *path,
                              const char *parent)
{
    int made = mkdirat(b->objects, path, 0700);

    if ((made != 0 && errno != EEXIST) || (made == 0 && folder_sync(b->objects, parent) != 0))
        return blob_failed(c, "make folder", str_of(path));
    return NULL;
}

/* "v/2a/42/1/video.mp4": the folders v, v/2a, v/2a/42, v/2a/42/1; a new one is synced into its
 * parent before anybody else finds it there. */
static struct err *make_folders(struct blob_dir *b, struct ctx *c, struct str key)
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
        return blob_failed(c, "open", file);
    struct err *e = fsync(fd) == 0 ? NULL : blob_failed(c, "sync", file);

    close(fd);
    return e;
}

static const char *folder_of(struct ctx *c, struct str key)
{
    const char *slash = memrchr(key.ptr, '/', key.len);

    return slash ? arena_copy(c->arena, (struct str){key.ptr, (size_t)(slash - key.ptr)}).ptr : ".";
}

static struct err *put(struct blob *base, struct ctx *c, struct str key, struct str file)
{
    struct blob_dir *b = of(base);

    TRY(sync_file(c, file));
    TRY(make_folders(b, c, key));
    if (renameat(AT_FDCWD, file.ptr, b->objects, arena_copy(c->arena, key).ptr) != 0)
        return blob_failed(c, "move in", key);
    if (folder_sync(b->objects, folder_of(c, key)) != 0)
        return blob_failed(c, "sync the folder of", key);
    return NULL;
}

static struct err *get(struct blob *base, struct ctx *c, struct str key, struct blob_object *out)
{
    struct stat st;
    int fd =
        openat(of(base)->objects, arena_copy(c->arena, key).ptr, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return blob_failed(c, "open", key);
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

static struct err *take_away(struct blob *base, struct ctx *c, struct str prefix)
{
    const char *path =
        arena_printf(c->arena, "%s/" STR_FMT, of(base)->objects_path, STR_ARG(prefix));

    if (blob_remove_tree(path) != 0)
        return errno == ENOENT ? NULL : blob_failed(c, "remove", prefix);
    return folder_sync_parent(path) == 0 ? NULL : blob_failed(c, "sync the folder of", prefix);
}

static void shut(struct blob *base)
{
    struct blob_dir *b = of(base);

    if (b->objects >= 0)
        close(b->objects);
    free(b->objects_path);
    pthread_mutex_destroy(&b->making);
    free(b);
}

static const struct blob_ops ops = {
    .close = shut,
    .put = put,
    .get = get,
    .remove = take_away,
};

struct err *blob_open_dir(struct ctx *c, struct str dir, struct blob **out)
{
    struct blob_dir *b = calloc(1, sizeof(*b));
    struct err *e;

    if (!b || pthread_mutex_init(&b->making, NULL) != 0)
        abort();
    b->base.ops = &ops;
    b->objects_path = blob_path(dir, "objects");
    b->objects = -1;
    if ((e = blob_open_folders(&b->base, c, dir)) != NULL ||
        (e = blob_make_folder(c, b->objects_path)) != NULL)
        goto fail;
    b->objects = open(b->objects_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (b->objects < 0) {
        e = blob_failed(c, "open", str_of(b->objects_path));
        goto fail;
    }
    *out = &b->base;
    return NULL;

fail:
    blob_close(&b->base);
    return e;
}
