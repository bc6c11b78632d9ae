/* Preloaded: keeps a twin of a folder that holds only what would survive a power cut. */
/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TWIN_OF names the folder, TWIN where its twin is kept. Files and folders are known by inode and
 * time of birth, whatever they are called:
 *     files/ID    the bytes that were synced
 *     folders/ID  the entries that were synced, a line each: "f ID NAME" or "d ID NAME"
 * What is written waits in memory until fsync() or fdatasync() of its file has succeeded; a file
 * that another process wrote is copied whole then. Killing the process is the power cut: what waits
 * is lost. power_cut.py builds a folder from the twin.
 */
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ID_MAX = 64, WALK_FDS = 16, COPY_BYTES = 1 << 16 };

struct piece {
    struct piece *next;
    off_t at; /* -1: the file is cut to len */
    size_t len;
    char bytes[];
};

/* A file this process has written to. */
struct tracked {
    struct tracked *next;
    char id[ID_MAX];
    struct piece *first, **end;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of the list, the pieces and the twin */
static struct tracked *all;
static const char *folder, *twin; /* NULL: nothing is kept */

static ssize_t (*real_pwrite)(int fd, const void *bytes, size_t len, off_t at);
static ssize_t (*real_write)(int fd, const void *bytes, size_t len);
static int (*real_truncate)(int fd, off_t len);
static int (*real_fsync)(int fd);
static int (*real_fdatasync)(int fd);

/* ---- who is who ---- */

static bool id_of(int at, const char *name, char id[ID_MAX], bool *is_folder)
{
    struct statx st;

    if (statx(at, name, AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME | STATX_TYPE,
              &st) != 0 ||
        (!S_ISREG(st.stx_mode) && !S_ISDIR(st.stx_mode)))
        return false;
    *is_folder = S_ISDIR(st.stx_mode);
    (void)snprintf(id, ID_MAX, "%llu-%lld.%u", st.stx_ino, st.stx_btime.tv_sec,
                   st.stx_btime.tv_nsec);
    return true;
}

static bool is_ours(int fd)
{
    char link[32], path[4096];

    if (!folder)
        return false;
    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, path, sizeof(path) - 1);

    path[len > 0 ? len : 0] = '\0';
    return strncmp(path, folder, strlen(folder)) == 0 && !strstr(path, "-shm");
}

static struct tracked *find(const char *id)
{
    struct tracked *one = all;

    while (one && strcmp(one->id, id) != 0)
        one = one->next;
    return one;
}

static struct tracked *find_or_add(const char *id)
{
    struct tracked *one = find(id);

    if (one)
        return one;
    one = calloc(1, sizeof(*one));
    if (!one)
        abort();
    (void)snprintf(one->id, sizeof(one->id), "%s", id);
    one->end = &one->first;
    one->next = all;
    return all = one;
}

/* ---- the twin ---- */

static int twin_open(const char *kind, const char *name, int flags)
{
    char path[4096];

    (void)snprintf(path, sizeof(path), "%s/%s/%s", twin, kind, name);
    return open(path, flags | O_CLOEXEC, 0600);
}

/* A new version takes the place of the old one at once: the process may die at any moment. */
static void twin_replace(const char *kind, const char *id)
{
    char from[4096], to[4096];

    (void)snprintf(from, sizeof(from), "%s/%s/new", twin, kind);
    (void)snprintf(to, sizeof(to), "%s/%s/%s", twin, kind, id);
    if (rename(from, to) != 0)
        abort();
}

static void copy_file(int fd, const char *id)
{
    static char bytes[COPY_BYTES]; /* under the lock */
    int out = twin_open("files", "new", O_WRONLY | O_CREAT | O_TRUNC);
    off_t at = 0;

    for (ssize_t n; (n = pread(fd, bytes, sizeof(bytes), at)) > 0; at += n)
        if (real_pwrite(out, bytes, (size_t)n, at) != n)
            abort();
    close(out);
    twin_replace("files", id);
}

static void copy_folder(int fd, const char *id)
{
    DIR *dir = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    int out = twin_open("folders", "new", O_WRONLY | O_CREAT | O_TRUNC);
    char entry_id[ID_MAX];
    bool is_folder;

    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
            id_of(fd, entry->d_name, entry_id, &is_folder))
            (void)dprintf(out, "%c %s %s\n", is_folder ? 'd' : 'f', entry_id, entry->d_name);
    if (dir)
        closedir(dir);
    close(out);
    twin_replace("folders", id);
}

static void apply_one(int out, const struct piece *p)
{
    bool done = p->at < 0 ? real_truncate(out, (off_t)p->len) == 0
                          : real_pwrite(out, p->bytes, p->len, p->at) == (ssize_t)p->len;

    if (!done)
        abort();
}

/* Up to the piece before `last_end`: what was written while the sync went on is not in it. */
static void apply(struct tracked *one, struct piece *const *last_end)
{
    int out = twin_open("files", one->id, O_WRONLY | O_CREAT);

    while (one->first) {
        struct piece *p = one->first;
        bool last = &p->next == last_end;

        apply_one(out, p);
        one->first = p->next;
        free(p);
        if (last)
            break;
    }
    if (!one->first)
        one->end = &one->first;
    close(out);
}

/* ---- what the program calls ---- */

static void note(int fd, const void *bytes, size_t len, off_t at)
{
    char id[ID_MAX];
    bool is_folder;

    if (!is_ours(fd) || !id_of(fd, "", id, &is_folder))
        return;
    struct tracked *one = find_or_add(id);
    struct piece *p = malloc(sizeof(*p) + (at < 0 ? 0 : len));

    if (!p)
        abort();
    *p = (struct piece){.at = at, .len = len};
    if (at >= 0)
        memcpy(p->bytes, bytes, len);
    *one->end = p;
    one->end = &p->next;
}

static ssize_t write_at(int fd, const void *bytes, size_t len, off_t at)
{
    pthread_mutex_lock(&lock);
    ssize_t n = real_pwrite(fd, bytes, len, at);

    if (n > 0)
        note(fd, bytes, (size_t)n, at);
    pthread_mutex_unlock(&lock);
    return n;
}

/* Programs call either name of these, whatever their own offsets are. */
ssize_t short_pwrite(int fd, const void *bytes, size_t len, off_t at) __asm__("pwrite");
ssize_t long_pwrite(int fd, const void *bytes, size_t len, off_t at) __asm__("pwrite64");
int short_ftruncate(int fd, off_t len) __asm__("ftruncate");
int long_ftruncate(int fd, off_t len) __asm__("ftruncate64");

ssize_t short_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at(fd, bytes, len, at);
}

ssize_t long_pwrite(int fd, const void *bytes, size_t len, off_t at)
{
    return write_at(fd, bytes, len, at);
}

ssize_t write(int fd, const void *bytes, size_t len)
{
    struct stat st;

    if (!folder || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return real_write(fd, bytes, len);
    pthread_mutex_lock(&lock);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t n = real_write(fd, bytes, len);

    if (n > 0)
        note(fd, bytes, (size_t)n, at);
    pthread_mutex_unlock(&lock);
    return n;
}

static int cut_to(int fd, off_t len)
{
    pthread_mutex_lock(&lock);
    int failed = real_truncate(fd, len);

    if (!failed)
        note(fd, NULL, (size_t)len, -1);
    pthread_mutex_unlock(&lock);
    return failed;
}

int short_ftruncate(int fd, off_t len)
{
    return cut_to(fd, len);
}

int long_ftruncate(int fd, off_t len)
{
    return cut_to(fd, len);
}

static void keep(int fd, const char *id, bool is_folder, struct piece *const *last_end)
{
    struct tracked *one = find(id);

    if (is_folder)
        copy_folder(fd, id);
    else if (!one)
        copy_file(fd, id);
    else if (last_end != &one->first)
        apply(one, last_end);
}

/* The real one first: a cut while it runs loses the data. */
static int sync_with(int fd, int (*real)(int fd))
{
    char id[ID_MAX];
    bool is_folder = false, ours = is_ours(fd) && id_of(fd, "", id, &is_folder);

    pthread_mutex_lock(&lock);
    struct tracked *one = ours ? find(id) : NULL;
    struct piece *const *last_end = one ? one->end : NULL;

    pthread_mutex_unlock(&lock);
    int failed = real(fd);

    if (failed || !ours)
        return failed;
    pthread_mutex_lock(&lock);
    keep(fd, id, is_folder, last_end);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd)
{
    return sync_with(fd, real_fsync);
}

int fdatasync(int fd)
{
    return sync_with(fd, real_fdatasync);
}

/* ---- start: what is there has been there for long ---- */

static int keep_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
    char id[ID_MAX];
    bool is_folder;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    (void)st, (void)type, (void)at;
    if (fd >= 0 && id_of(fd, "", id, &is_folder))
        keep(fd, id, is_folder, NULL);
    close(fd);
    return 0;
}

__attribute__((constructor)) static void start(void)
{
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite64");
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_truncate = dlsym(RTLD_NEXT, "ftruncate64");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    twin = getenv("TWIN");
    if (!twin || !getenv("TWIN_OF"))
        return;
    (void)nftw(getenv("TWIN_OF"), keep_one, WALK_FDS, FTW_PHYS);
    folder = getenv("TWIN_OF");
}
