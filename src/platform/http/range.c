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

/* Digits and nothing else; what is beyond 64 bits is as good as the largest of them. */
static bool position(struct str text, int64_t *out)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
    if (!str_to_i64(text, out))
        *out = INT64_MAX;
    return text.len > 0;
}

/* The last n bytes. An empty file has none, and all of them are asked for. */
static struct range suffix(struct str text, int64_t size)
{
    int64_t n;

    if (!position(text, &n))
        return whole;
    if (n == 0)
        return (struct range){RANGE_UNSATISFIABLE, 0, 0};
    return size == 0 ? whole : part(n < size ? size - n : 0, size - 1, size);
}

struct range range_parse(struct str header, int64_t size)
{
    int64_t first, last = INT64_MAX;
    struct str spec = header, unit = str_cut(&spec, '=');

    spec = str_trim(spec);
    if (!str_eq_nocase(unit, STR("bytes")) || !spec.len)
        return whole;
    if (spec.ptr[0] == '-')
        return suffix(str_from(spec, 1), size);
    if (!memchr(spec.ptr, '-', spec.len))
        return whole;
    struct str head = str_cut(&spec, '-');

    if (!position(head, &first) || (spec.len && (!position(spec, &last) || last < first)))
        return whole;
    return part(first, last, size);
}
