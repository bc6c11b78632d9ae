/* Fuzz target: tokens that strangers send. None may be good, and none may do harm. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "tokens.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct tokens *t = NULL;
    struct token_claims claims;

    if (tokens_create(&c, STR("0123456789abcdef0123456789abcdef"), 0, &t))
        abort();
    if (tokens_verify(t, (struct str){(const char *)data, size}, &claims))
        abort(); /* no token of this key lasts */
    tokens_destroy(t);
    arena_fini(&arena);
    return 0;
}
