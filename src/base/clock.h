/* The two clocks: one for durations and deadlines, one for dates. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* May be called from any thread. */
int64_t clock_monotonic_ns(void); /* for durations and deadlines: never goes back */
int64_t clock_wall_ms(void);      /* Unix time in milliseconds: may jump */

enum { CLOCK_NS_PER_US = 1000, CLOCK_NS_PER_MS = 1000000, CLOCK_MS_PER_S = 1000 };
static const int64_t CLOCK_NS_PER_S = 1000000000;

#endif
