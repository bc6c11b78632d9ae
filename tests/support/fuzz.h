/* What every fuzzer includes: the one function it is made of. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* Called by libFuzzer, or by fuzz_replay.c for each file of a corpus. Aborts on a violated rule;
 * returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A rule that must hold for every input, in release builds too. */
#define FUZZ_CHECK(rule)      \
    do {                      \
        if (!(rule))          \
            __builtin_trap(); \
    } while (0)

#endif
