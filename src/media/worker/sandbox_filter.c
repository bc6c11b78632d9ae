/* The seccomp filter: an allow-list that kills by default. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox_filter.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "media_limits.h"

#define CALL(name) SCMP_SYS(name)

/* Work on open descriptors, memory, threads, time. */
static const int allowed[] = {
    CALL(read),          CALL(pread64),         CALL(readv),
    CALL(write),         CALL(pwrite64),        CALL(writev),
    CALL(lseek),         CALL(fstat),           CALL(close),
    CALL(ftruncate),     CALL(fsync),           CALL(fdatasync),
    CALL(munmap),        CALL(mremap),          CALL(brk),
    CALL(madvise),       CALL(futex),           CALL(set_robust_list),
    CALL(rseq),          CALL(rt_sigaction),    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),  CALL(sigaltstack),     CALL(sched_getaffinity),
    CALL(sched_yield),   CALL(getpid),          CALL(gettid),
    CALL(clock_gettime), CALL(clock_nanosleep), CALL(nanosleep),
    CALL(gettimeofday),  CALL(getrandom),       CALL(getrusage),
    CALL(sysinfo),       CALL(restart_syscall), CALL(exit),
    CALL(exit_group),
};

/* Harmless curiosity of libraries: refused, not fatal. */
static const int refused[] = {
    CALL(ioctl),
    CALL(fcntl),
    CALL(access),
    CALL(faccessat),
    CALL(faccessat2),
    CALL(stat),
    CALL(lstat),
    CALL(statx),
    CALL(readlink),
    CALL(readlinkat),
    CALL(getdents64),
    CALL(uname),
    CALL(prlimit64),
    CALL(getrlimit),
    CALL(sched_setaffinity),
    CALL(getuid),
    CALL(geteuid),
    CALL(getgid),
    CALL(getegid),
    CALL(getppid),
    CALL(open),
    CALL(mlock),
    CALL(set_mempolicy),
    CALL(get_mempolicy),
    CALL(mbind),
    CALL(sched_setscheduler),
    CALL(sched_getparam),
    CALL(sched_getscheduler),
};

static bool allow_plain(scmp_filter_ctx f)
{
    for (size_t i = 0; i < COUNT(allowed); i++)
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
            return false;
    for (size_t i = 0; i < COUNT(refused); i++)
        if (seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), refused[i], 0) != 0)
            return false;
    return true;
}

/* Comparisons of an argument; libseccomp's own macros leave a field out. */
static struct scmp_arg_cmp is(unsigned arg, enum scmp_compare how, uint64_t value)
{
    return (struct scmp_arg_cmp){arg, how, value, 0};
}

static struct scmp_arg_cmp masked(unsigned arg, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){arg, SCMP_CMP_MASKED_EQ, mask, value};
}

/* Files: by name only inside the output directory (Landlock sees to "..", this to the rest). */
static bool allow_output(scmp_filter_ctx f)
{
    struct scmp_arg_cmp at = is(0, SCMP_CMP_EQ, MEDIA_FD_OUTPUT);
    struct scmp_arg_cmp elsewhere = is(0, SCMP_CMP_NE, MEDIA_FD_OUTPUT);
    struct scmp_arg_cmp to = is(2, SCMP_CMP_EQ, MEDIA_FD_OUTPUT);
    struct scmp_arg_cmp of_open = is(3, SCMP_CMP_EQ, AT_EMPTY_PATH); /* this is fstat() */
    struct scmp_arg_cmp by_name = is(3, SCMP_CMP_NE, AT_EMPTY_PATH);

    return seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(openat), 1, at) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ERRNO(EACCES), CALL(openat), 1, elsewhere) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(newfstatat), 1, of_open) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), CALL(newfstatat), 1, by_name) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(unlinkat), 1, at) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(renameat), 2, at, to) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(renameat2), 2, at, to) == 0;
}

/* Memory that is never executable: code injected into the worker has nowhere to run. */
static bool allow_memory(scmp_filter_ctx f)
{
    struct scmp_arg_cmp no_exec = masked(2, PROT_EXEC, 0);

    return seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(mmap), 1, no_exec) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(mprotect), 1, no_exec) == 0;
}

/* Threads, never processes; a signal only to itself; clone3 hides its flags, so glibc falls back.
 */
static bool allow_threads(scmp_filter_ctx f)
{
    uint64_t thread = CLONE_VM | CLONE_THREAD | CLONE_SIGHAND;
    struct scmp_arg_cmp is_thread = masked(0, thread, thread);
    struct scmp_arg_cmp to_self = is(0, SCMP_CMP_EQ, (uint32_t)getpid());
    struct scmp_arg_cmp naming = is(0, SCMP_CMP_EQ, PR_SET_NAME);
    struct scmp_arg_cmp other = is(0, SCMP_CMP_NE, PR_SET_NAME);

    return seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(clone), 1, is_thread) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), CALL(clone3), 0) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(tgkill), 1, to_self) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, CALL(prctl), 1, naming) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), CALL(prctl), 1, other) == 0;
}

enum media_reason sandbox_filter_load(void)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);

    if (!f)
        return fail_with(MEDIA_NO_SANDBOX, "seccomp_init");
    int error = -EINVAL;
    if (allow_plain(f) && allow_output(f) && allow_memory(f) && allow_threads(f))
        error = seccomp_load(f);
    seccomp_release(f);
    return error == 0 ? MEDIA_OK : fail_with(MEDIA_NO_SANDBOX, "seccomp: %s", strerror(-error));
}
