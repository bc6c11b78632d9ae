/* What every fuzzer includes: the one function it is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called by libFuzzer, or by fuzz_replay.c for each file of a corpus. Aborts on a violated rule;
 * returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule that must hold for every input, in release builds too. */
static inline void fuzz_check(bool held)
{
    if (!held)
        __builtin_trap();
}
#define FUZZ_CHECK(rule) fuzz_check(rule)

#endif
