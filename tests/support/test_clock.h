/* A clock that tests stop and move; it takes the place of base/clock.c in their programs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEST_CLOCK_H
#define TEST_CLOCK_H

#include <stdint.h>

/* Any thread may call these. At the start both clocks run. */
void test_clock_stop(int64_t wall_ms); /* dates stand there from now on */
void test_clock_run(void);             /* both run again, as they do without this file */
void test_clock_skip(int64_t ns);      /* durations and deadlines: that much has gone by */

#endif
