/* Isolation in the order it is entered: process, namespaces, Landlock, limits, seccomp. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <linux/prctl.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "media_limits.h"
#include "sandbox_filter.h"

enum {
    THREAD_STACK = 1 << 20,
    MAX_FILES = 24,
    MAX_THREADS = 128,
};

/* struct landlock_ruleset_attr as of ABI 6; older kernels take its first fields only. */
struct ruleset {
    uint64_t fs;
    uint64_t net;
    uint64_t scoped;
};

/* File system rights known to each ABI: 1 had 13, 2 added REFER, 3 TRUNCATE, 5 IOCTL_DEV. */
static uint64_t landlock_rights(int abi)
{
    static const int known[] = {0, 13, 14, 15, 15, 16};

    return (UINT64_C(1) << known[abi < 5 ? abi : 5]) - 1;
}

static size_t landlock_size(int abi)
{
    if (abi >= 6)
        return sizeof(struct ruleset);
    return abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

/* Only the output directory stays reachable; TCP, abstract sockets and signals are closed too. */
static int landlock_enter(void)
{
    int abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    if (abi < 1)
        return 0;

    struct ruleset all = {.fs = landlock_rights(abi), .net = 3, .scoped = 3};
    struct landlock_path_beneath_attr output = {
        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                          LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_REMOVE_FILE |
                          (abi >= 3 ? UINT64_C(1) << 14 /* TRUNCATE */ : 0),
        .parent_fd = MEDIA_FD_OUTPUT,
    };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &all, landlock_size(abi), 0);
    if (rules < 0)
        return 0;
    bool held =
        syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &output, 0) == 0 &&
        syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close(rules);
    return held ? abi : 0;
}

/*
 * A world of its own, whose root is the output directory. A user namespace of its own needs no
 * privilege, but many containers and every chroot forbid it; root can do without. The root holds
 * because capabilities are dropped and the filter knows no chroot() afterwards.
 */
static void root_enter(struct sandbox_layers *layers)
{
    int own = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

    layers->own_user = unshare(CLONE_NEWUSER | own) == 0;
    layers->own_namespaces = layers->own_user || unshare(own) == 0;
    layers->own_root = fchdir(MEDIA_FD_OUTPUT) == 0 && chroot(".") == 0;
}

static bool capabilities_drop(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0}, {0}};

    return syscall(SYS_capset, &header, none) == 0;
}

static bool limit(__rlimit_resource_t what, uint64_t soft, uint64_t hard)
{
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};

    return setrlimit(what, &limit) == 0;
}

static bool limits_set(const struct sandbox *s)
{
    return limit(RLIMIT_AS, s->memory_bytes, s->memory_bytes) &&
           limit(RLIMIT_CPU, s->cpu_seconds, s->cpu_seconds + 1) &&
           limit(RLIMIT_FSIZE, s->file_bytes, s->file_bytes) &&
           limit(RLIMIT_NOFILE, MAX_FILES, MAX_FILES) && limit(RLIMIT_CORE, 0, 0);
}

/* Small stacks and two heaps: address space is limited, and there are many codec threads. */
static bool memory_frugal(void)
{
    pthread_attr_t attr;

    if (pthread_attr_init(&attr) != 0 || mallopt(M_ARENA_MAX, 2) != 1)
        return false;
    bool set = pthread_attr_setstacksize(&attr, THREAD_STACK) == 0 &&
               pthread_setattr_default_np(&attr) == 0;
    return pthread_attr_destroy(&attr) == 0 && set;
}

/* Cannot gain privileges, cannot be read by its peers, holds nothing but its four descriptors. */
static bool process_isolate(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    return close_range(MEDIA_FD_OUTPUT + 1, ~0U, 0) == 0 &&
           prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_DUMPABLE, 0) == 0 &&
           sigaction(SIGXFSZ, &ignore, NULL) == 0; /* a full file is EFBIG, not death */
}

/* After all changes of credentials, which may clear it. */
static bool parent_follow(void)
{
    return prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
}

enum media_reason sandbox_enter(const struct sandbox *limits, struct sandbox_layers *layers)
{
    if (!process_isolate() || !memory_frugal())
        return fail_with(MEDIA_NO_SANDBOX, "isolate: %s", strerror(errno));

    root_enter(layers);
    layers->landlock_abi = landlock_enter();
    if (!layers->own_root && !layers->landlock_abi)
        return fail_with(MEDIA_NO_SANDBOX, "neither a root of its own nor Landlock");
    /* The count of a shared namespace would include the server's own threads. */
    if (layers->own_user && !limit(RLIMIT_NPROC, MAX_THREADS, MAX_THREADS))
        return fail_with(MEDIA_NO_SANDBOX, "process limit: %s", strerror(errno));
    if (!limits_set(limits) || !capabilities_drop() || !parent_follow())
        return fail_with(MEDIA_NO_SANDBOX, "limits: %s", strerror(errno));
    return sandbox_filter_load();
}
