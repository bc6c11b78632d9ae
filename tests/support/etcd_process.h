/* An etcd of a test's own, that can be killed, frozen, emptied and started again. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ETCD_PROCESS_H
#define ETCD_PROCESS_H

#include <stdbool.h>

#include "arena.h"

/* On 127.0.0.1, in a folder that goes with the arena. Dies with the test program. */
struct etcd_process;

bool etcd_process_is_installed(void);

/* Started; whether it answers yet is for the client to find out. Aborts when it cannot be had. */
struct etcd_process *etcd_process_start(struct arena *a);

/* So many that are one store together. */
void etcd_process_start_all(struct arena *a, struct etcd_process **members, size_t count);

/* One that speaks TLS to clients with a certificate of this authority; paths of PEM files. */
struct etcd_process *etcd_process_start_tls(struct arena *a, const char *certificate,
                                            const char *key, const char *authority);

const char *etcd_process_address(const struct etcd_process *p); /* ADDRESS:PORT of clients */

void etcd_process_kill(struct etcd_process *p);    /* kill -9 */
void etcd_process_empty(struct etcd_process *p);   /* its data are lost; after a kill */
void etcd_process_restart(struct etcd_process *p); /* at the same address; after a kill */

/* From the next start on, quiet watches are told every 100 ms how far it is; else every 10 min. */
void etcd_process_tell_progress(struct etcd_process *p);

void etcd_process_freeze(struct etcd_process *p);
void etcd_process_thaw(struct etcd_process *p);

#endif
