/* A futex with one sleeper: no lock that he would need in order to wake up. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_sleep.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

bool rpc_sleep(const _Atomic uint32_t *number, uint32_t asleep, int64_t deadline_ns)
{
    struct timespec until = {.tv_sec = deadline_ns / CLOCK_NS_PER_S,
                             .tv_nsec = deadline_ns % CLOCK_NS_PER_S};
    bool goes_on = true; /* woken, perhaps for nothing; changed before it slept; a signal */

    while (goes_on && atomic_load(number) == asleep)
        goes_on = syscall(SYS_futex, number, FUTEX_WAIT_BITSET_PRIVATE, asleep,
                          deadline_ns ? &until : NULL, NULL, FUTEX_BITSET_MATCH_ANY) == 0 ||
                  errno == EAGAIN || errno == EINTR;
    return atomic_load(number) != asleep;
}

/* Of what is freed meanwhile the kernel uses the address only: at worst somebody else who sleeps
 * there looks up for nothing, as every sleeper on a futex may have to. */
void rpc_sleep_end(_Atomic uint32_t *number, uint32_t now)
{
    atomic_store(number, now);
    (void)syscall(SYS_futex, number, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
