/* Fuzz target: the header Range. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "range.h"

/* A part lies within the file, whatever was asked for; the first byte chooses the file's size. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    int64_t file = size ? data[0] : 0;
    struct range r = range_parse(str_from((struct str){(const char *)data, size}, 1), file);

    if (r.kind == RANGE_PART && (r.first < 0 || r.first > r.last || r.last >= file))
        abort();
    return 0;
}
