/* Sleeping until a number changes, and waking who sleeps for it: a futex. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SLEEP_H
#define RPC_SLEEP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* As long as it is `asleep`. False: the deadline came first (0: there is none). */
bool rpc_sleep(const _Atomic uint32_t *number, uint32_t asleep, int64_t deadline_ns);

/* Sets it, and wakes the one who sleeps; he may free it at once. */
void rpc_sleep_end(_Atomic uint32_t *number, uint32_t now);

#endif
