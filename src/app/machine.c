/* Looking at the machine, at start-up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "machine.h"

#include <errno.h>
#include <inttypes.h>
#include <link.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"
#include "folder.h"
#include "log.h"
#include "media.h"
#include "objects.h"

/* Descriptors: of a connection, its socket and the file it is sent; of a job, its files, pipes and
 * process; of all else the database, its readers, the log, the threads' polling. */
enum { FDS_CONNECTION = 2, FDS_JOB = 10, FDS_UPLOAD = 1, FDS_ELSE = 96, CONNECTIONS_MIN = 16 };

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

static int64_t descriptors_besides(const struct config *f)
{
    int64_t jobs = config_int(f, "http.workers") + config_int(f, "media.encodes");

    return FDS_ELSE + jobs * FDS_JOB + config_int(f, "upload.parallel") * FDS_UPLOAD +
           objects_descriptors(f);
}

/* How many may be open, after the limit was raised as far as it goes; at most `wanted`. */
static int64_t descriptors_allowed(int64_t wanted)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= (rlim_t)wanted)
        return wanted;
    limit.rlim_cur = limit.rlim_max < (rlim_t)wanted ? limit.rlim_max : (rlim_t)wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        (void)getrlimit(RLIMIT_NOFILE, &limit);
    return (int64_t)limit.rlim_cur;
}

struct err *machine_connections(struct ctx *c, const struct config *f, struct log *log, size_t *out)
{
    int64_t asked = config_int(f, "http.connections"), besides = descriptors_besides(f);
    int64_t wanted = besides + asked * FDS_CONNECTION, allowed = descriptors_allowed(wanted);
    int64_t fit = (allowed - besides) / FDS_CONNECTION;

    if (fit < CONNECTIONS_MIN)
        return err_new(c, ERR_PRECONDITION,
                       "only %" PRId64 " files may be open, and %" PRId64 " are needed at least:"
                       " raise the limit (ulimit -Hn, or LimitNOFILE= of systemd)",
                       allowed, besides + (int64_t)CONNECTIONS_MIN * FDS_CONNECTION);
    if (fit < asked)
        log_warn(log, c, "fewer connections than http.connections: too few files may be open",
                 log_int("connections", fit), log_int("files.allowed", allowed),
                 log_int("files.wanted", wanted));
    *out = (size_t)(fit < asked ? fit : asked);
    return NULL;
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

/* ---- after the start ---- */

/* Never written: its pages are those of the file, and come back from there when they are used. */
static bool is_constant(const ElfW(Phdr) * part)
{
    return part->p_type == PT_LOAD && !(part->p_flags & PF_W);
}

static int give_back(struct dl_phdr_info *library, size_t size, void *arg)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

    (void)size, (void)arg;
    for (size_t i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &library->dlpi_phdr[i];
        uintptr_t from = (library->dlpi_addr + part->p_vaddr) & ~(page - 1);

        if (is_constant(part)) /* a kernel that will not changes nothing */
            /* NOLINTNEXTLINE(performance-no-int-to-ptr): the loader tells addresses as numbers */
            (void)madvise((void *)from, library->dlpi_addr + part->p_vaddr + part->p_memsz - from,
                          MADV_DONTNEED);
    }
    return 0;
}

void machine_settle(void)
{
    (void)malloc_trim(0);
    (void)dl_iterate_phdr(give_back, NULL);
}
