/* Fuzz target: queries, and the numbers in them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "http_server.h"
#include "params.h"

/* What was accepted lies within its bounds, and a plain number is read as itself. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct http_params params = {0};
    struct str text = {(const char *)data, size};
    int64_t number, plain;

    (void)params_parse(&arena, text, HTTP_PARAMS_MAX, &params);
    if (params.count > HTTP_PARAMS_MAX)
        abort();
    for (size_t i = 0; i < params.count; i++)
        if (params.at[i].name.len + params.at[i].value.len > size)
            abort();
    bool read = params_number(text, &number);

    if (str_to_i64(text, &plain) && (!read || number != plain))
        abort();
    arena_fini(&arena);
    return 0;
}
