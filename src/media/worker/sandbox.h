/* Locks the worker down for good. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "fail.h"

struct sandbox {
    uint64_t memory_bytes; /* address space */
    uint64_t file_bytes;   /* largest file it may write */
    uint32_t cpu_seconds;
};

/* Layers that took hold; the kernel, a container or a chroot may forbid some. */
struct sandbox_layers {
    int landlock_abi;    /* 0: none */
    bool own_user;       /* own user namespace: needs no privilege, but no chroot around it */
    bool own_namespaces; /* own mount, net, ipc, uts */
    bool own_root;       /* the output directory is the root of the file system */
};

/*
 * Locks this process down for good: no network, no exec, no new process, no file but those below
 * MEDIA_FD_OUTPUT. Call before reading the first byte of input, while single-threaded. Fails with
 * MEDIA_NO_SANDBOX when neither a root of its own nor Landlock closes off the file system.
 */
MUST_USE enum media_reason sandbox_enter(const struct sandbox *limits,
                                         struct sandbox_layers *layers);

#endif
