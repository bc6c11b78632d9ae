/* Runs a command as on a kernel that refuses some system calls: for tests. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

/*
 *     without [CALL ...] COMMAND ...     (a COMMAND starts with "." or "/")
 */
enum {
    USAGE = 64,
    NO_COMMAND = 127,
};

int main(int argc, char **argv)
{
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
    int i = 1;

    for (; f && i < argc && argv[i][0] != '.' && argv[i][0] != '/'; i++)
        if (seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), seccomp_syscall_resolve_name(argv[i]), 0) !=
            0)
            return USAGE;
    if (!f || seccomp_load(f) != 0 || i >= argc)
        return USAGE;
    (void)execv(argv[i], argv + i);
    return NO_COMMAND;
}
