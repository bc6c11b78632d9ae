/* Tries to break out of the sandbox, one way per run; stands in for the worker in tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "attr.h"
#include "media_limits.h"
#include "sandbox.h"
#include "worker_report.h"

/*
 *     escape WAY ...   (the arguments that media_run() passes)
 * Its failure is "escaped WAY" when a way worked, "refused WAY ERRNO" when it was denied. Many ways
 * end in death, which the parent must call a violation.
 */

static long open_passwd(void)
{
    return open("/etc/passwd", O_RDONLY);
}

static long open_at_cwd(void)
{
    return openat(AT_FDCWD, "/etc/passwd", O_RDONLY);
}

static long open_absolute_by_output(void)
{
    return openat(MEDIA_FD_OUTPUT, "/etc/passwd", O_RDONLY);
}

static long open_dotdot(void)
{
    return openat(MEDIA_FD_OUTPUT, "../../../../../../../../etc/passwd", O_RDONLY);
}

static long open_directory(void)
{
    return openat(MEDIA_FD_OUTPUT, "..", O_RDONLY | O_DIRECTORY);
}

/* Rooted in the output directory, ".." is that directory itself: nothing got out. */
static long contained(long result)
{
    if (result < 0 || unlinkat(MEDIA_FD_OUTPUT, "escaped", 0) != 0)
        return result;
    errno = EACCES;
    return -1;
}

static long write_outside(void)
{
    return contained(openat(MEDIA_FD_OUTPUT, "../escaped", O_WRONLY | O_CREAT, 0600));
}

static long rename_outside(void)
{
    close(openat(MEDIA_FD_OUTPUT, "mine", O_WRONLY | O_CREAT, 0600));
    return contained(renameat(MEDIA_FD_OUTPUT, "mine", MEDIA_FD_OUTPUT, "../escaped"));
}

static long write_input(void)
{
    return pwrite(MEDIA_FD_INPUT, "x", 1, 0);
}

/* A descriptor of the server's that was left open by mistake. */
static long inherited(void)
{
    for (int fd = MEDIA_FD_OUTPUT + 1; fd < 64; fd++)
        if (write(fd, "x", 1) == 1)
            return 0;
    return -1;
}

static long symlink_out(void)
{
    return symlinkat("/etc/passwd", MEDIA_FD_OUTPUT, "link");
}

static long tcp(void)
{
    return socket(AF_INET, SOCK_STREAM, 0);
}

static long udp(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0);
}

static long unix_socket(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0);
}

static long socket_pair(void)
{
    int two[2];

    return socketpair(AF_UNIX, SOCK_STREAM, 0, two);
}

static long fork_process(void)
{
    return syscall(SYS_fork);
}

static long clone_process(void)
{
    return syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
}

static long exec_shell(void)
{
    char *none[] = {NULL};

    return execve("/bin/sh", none, none);
}

static long kill_parent(void)
{
    return kill(getppid(), SIGTERM);
}

static long signal_other(void)
{
    return syscall(SYS_tgkill, 1, 1, SIGTERM);
}

static long trace_parent(void)
{
    return ptrace(PTRACE_ATTACH, getppid(), 0, 0);
}

static long code_page(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) == MAP_FAILED
               ? -1
               : 0;
}

static long code_later(void)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return mprotect(page, 4096, PROT_READ | PROT_EXEC);
}

static long mount_proc(void)
{
    return syscall(SYS_mount, "proc", "/", "proc", 0, NULL);
}

static long new_namespace(void)
{
    return syscall(SYS_unshare, 0x10000000);
}

static long io_ring(void)
{
    char parameters[128] = {0};

    return syscall(SYS_io_uring_setup, 4, parameters);
}

static long keyring(void)
{
    return syscall(SYS_add_key, "user", "x", "y", 1, -1);
}

static long raise_limit(void)
{
    struct {
        uint64_t soft, hard;
    } most = {~UINT64_C(0), ~UINT64_C(0)};

    return syscall(SYS_prlimit64, 0, 7, &most, NULL);
}

static long many_files(void)
{
    for (int i = 0; i < 100; i++) {
        char name[16];

        (void)snprintf(name, sizeof(name), "f%d", i);
        if (openat(MEDIA_FD_OUTPUT, name, O_WRONLY | O_CREAT, 0600) < 0)
            return -1;
    }
    return 0;
}

static long big_file(void)
{
    int fd = openat(MEDIA_FD_OUTPUT, "big", O_WRONLY | O_CREAT, 0600);
    static char block[1 << 20];

    for (int i = 0; i < 4096; i++)
        if (write(fd, block, sizeof(block)) < 0)
            return -1;
    return 0;
}

static long big_memory(void)
{
    static void *kept[4096];

    for (size_t i = 0; i < COUNT(kept); i++)
        if (!(kept[i] = malloc(16 << 20)))
            return -1;
    return 0;
}

static _Noreturn long spin(void)
{
    for (volatile unsigned long i = 0;; i++)
        continue;
}

static _Noreturn long sleep_on(void)
{
    for (;;)
        pause();
}

static _Noreturn long sleep_allowed(void)
{
    for (;;)
        sleep(1000);
}

static void *idle(void *unused)
{
    sleep(1000);
    return unused;
}

static long many_threads(void)
{
    pthread_t t;

    for (int i = 0; i < 100000; i++) {
        int error = pthread_create(&t, NULL, idle, NULL);

        if (error) {
            errno = error;
            return -1;
        }
    }
    return 0;
}

static long babble(void)
{
    for (int i = 0; i < 1000000; i++)
        worker_report_text("progress", "1");
    return 0;
}

static long escape_codes(void)
{
    (void)!write(MEDIA_FD_REPORT, "progress \x1b[2J\0\n", 15);
    return 0;
}

static long impossible_number(void)
{
    worker_report_int("width", INT64_MAX);
    return 0;
}

static long unknown_key(void)
{
    worker_report_text("is_admin", "1");
    return 0;
}

/* The parent must not believe a success that says nothing about the upload. */
static _Noreturn long empty_success(void)
{
    _exit(MEDIA_OK);
}

/* A reason that only the parent may find. */
static _Noreturn long false_reason(void)
{
    _exit(MEDIA_VIOLATION);
}

/* Closing the report must not make the parent look away. */
static _Noreturn long silent_sleep(void)
{
    close(MEDIA_FD_REPORT);
    for (;;)
        sleep(1000);
}

static _Noreturn long ignore_cancel(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    worker_report_text("progress", "1");
    for (;;)
        sleep(1000);
}

static long overflow(void)
{
    const volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return *page;
}

static long honest(void)
{
    errno = 0;
    return -1;
}

static const struct way {
    const char *name;
    long (*attempt)(void);
} ways[] = {
    {"open_passwd", open_passwd},
    {"open_at_cwd", open_at_cwd},
    {"open_absolute_by_output", open_absolute_by_output},
    {"open_dotdot", open_dotdot},
    {"open_directory", open_directory},
    {"write_outside", write_outside},
    {"rename_outside", rename_outside},
    {"write_input", write_input},
    {"inherited", inherited},
    {"symlink_out", symlink_out},
    {"tcp", tcp},
    {"udp", udp},
    {"unix_socket", unix_socket},
    {"socket_pair", socket_pair},
    {"fork_process", fork_process},
    {"clone_process", clone_process},
    {"exec_shell", exec_shell},
    {"kill_parent", kill_parent},
    {"signal_other", signal_other},
    {"trace_parent", trace_parent},
    {"code_page", code_page},
    {"code_later", code_later},
    {"mount_proc", mount_proc},
    {"new_namespace", new_namespace},
    {"io_ring", io_ring},
    {"keyring", keyring},
    {"raise_limit", raise_limit},
    {"many_files", many_files},
    {"big_file", big_file},
    {"big_memory", big_memory},
    {"spin", spin},
    {"sleep_on", sleep_on},
    {"sleep_allowed", sleep_allowed},
    {"many_threads", many_threads},
    {"babble", babble},
    {"escape_codes", escape_codes},
    {"impossible_number", impossible_number},
    {"unknown_key", unknown_key},
    {"empty_success", empty_success},
    {"false_reason", false_reason},
    {"silent_sleep", silent_sleep},
    {"ignore_cancel", ignore_cancel},
    {"overflow", overflow},
    {"honest", honest},
};

static long number(int argc, char **argv, const char *name)
{
    for (int i = 2; i < argc; i++)
        if (strncmp(argv[i], name, strlen(name)) == 0)
            return strtol(argv[i] + strlen(name), NULL, 10);
    return 1;
}

static int attempt(const struct way *way)
{
    char text[64];

    errno = 0;
    if (way->attempt() >= 0)
        (void)snprintf(text, sizeof(text), "escaped %s", way->name);
    else
        (void)snprintf(text, sizeof(text), "refused %s %s", way->name, strerrorname_np(errno));
    worker_report_text("failure", text);
    return MEDIA_INTERNAL;
}

int main(int argc, char **argv)
{
    struct sandbox limits = {(uint64_t)number(argc, argv, "memory_mb=") << 20,
                             (uint64_t)number(argc, argv, "file_mb=") << 20,
                             (uint32_t)number(argc, argv, "cpu_seconds=")};
    struct sandbox_layers layers = {0};

    if (sandbox_enter(&limits, &layers) != MEDIA_OK)
        return MEDIA_NO_SANDBOX;
    for (size_t i = 0; argc > 1 && i < COUNT(ways); i++)
        if (strcmp(ways[i].name, argv[1]) == 0)
            return attempt(&ways[i]);
    return MEDIA_CORRUPT;
}
