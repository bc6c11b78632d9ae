/* Fuzz target: Accept-Encoding. A coding is taken only from a text that names it, or a star. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "accept.h"

static bool names(struct str text, struct str word)
{
    for (size_t i = 0; i + word.len <= text.len; i++)
        if (str_eq_nocase((struct str){text.ptr + i, word.len}, word))
            return true;
    return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str header = {(const char *)data, size};
    bool star = memchr(data, '*', size) != NULL;

    if (accept_encoding(header, STR("br")))
        FUZZ_CHECK(star || names(header, STR("br")));
    else
        FUZZ_CHECK(!str_eq_nocase(header, STR("br")) && !str_eq(header, STR("*")));
    return 0;
}
