/* Byte ranges: "bytes=0-499", "bytes=500-", "bytes=-500". */
/* SPDX-License-Identifier: Apache-2.0 */
#include "range.h"

static const struct range whole = {RANGE_WHOLE, 0, 0};

static struct range part(int64_t first, int64_t last, int64_t size)
{
    if (first >= size)
        return (struct range){RANGE_UNSATISFIABLE, 0, 0};
    return (struct range){RANGE_PART, first, last < size - 1 ? last : size - 1};
}

/* The last n bytes. */
static struct range suffix(struct str text, int64_t size)
{
    int64_t n;

    if (!str_to_i64(text, &n) || n < 0)
        return whole;
    if (n == 0 || size == 0)
        return (struct range){RANGE_UNSATISFIABLE, 0, 0};
    return part(n < size ? size - n : 0, size - 1, size);
}

struct range range_parse(struct str header, int64_t size)
{
    int64_t first, last = INT64_MAX;

    if (!str_starts(header, STR("bytes=")))
        return whole;
    struct str spec = str_trim(str_from(header, sizeof("bytes=") - 1));

    if (!spec.len || memchr(spec.ptr, ',', spec.len) || !memchr(spec.ptr, '-', spec.len))
        return whole;
    if (spec.ptr[0] == '-')
        return suffix(str_from(spec, 1), size);
    struct str head = str_cut(&spec, '-');

    if (!str_to_i64(head, &first) || first < 0)
        return whole;
    if (spec.len && (!str_to_i64(spec, &last) || last < first))
        return whole;
    return part(first, last, size);
}
