/* Signals are blocked, and taken when it suits. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "interrupts.h"

#include <signal.h>
#include <time.h>

static sigset_t those_that_end_us(void)
{
    sigset_t ends;

    (void)sigemptyset(&ends);
    (void)sigaddset(&ends, SIGINT);
    (void)sigaddset(&ends, SIGTERM);
    (void)sigaddset(&ends, SIGHUP);
    return ends;
}

void interrupts_hold(void)
{
    sigset_t ends = those_that_end_us();

    (void)pthread_sigmask(SIG_BLOCK, &ends, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

struct err *interrupts_check(struct ctx *c)
{
    const struct timespec at_once = {0};
    sigset_t ends = those_that_end_us();

    if (sigtimedwait(&ends, NULL, &at_once) < 0)
        return NULL;
    return err_new(c, ERR_CANCELLED, "interrupted; nothing was left behind");
}
