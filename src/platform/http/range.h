/* Byte ranges of files (RFC 9110, section 14). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RANGE_H
#define RANGE_H

#include "str.h"

enum range_kind {
    RANGE_WHOLE,        /* no range, or one that may be ignored: several, or of another unit */
    RANGE_PART,         /* first..last are set */
    RANGE_UNSATISFIABLE /* 416 */
};

struct range {
    enum range_kind kind;
    int64_t first, last; /* inclusive */
};

/* `header`: the value of Range, "" when there is none. `size`: of the file, in bytes. */
struct range range_parse(struct str header, int64_t size);

#endif
