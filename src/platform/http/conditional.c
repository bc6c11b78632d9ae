/* Conditional requests: tags are compared byte by byte, dates are no validators of ours. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "conditional.h"

/* Section 13.1.2: a list of tags, weak ones too, or "*". */
bool conditional_has(const struct http_req *req, struct str etag)
{
    struct str list = req->headers[HTTP_IF_NONE_MATCH];

    while (list.len) {
        struct str tag = str_trim(str_cut(&list, ','));

        if (str_starts(tag, STR("W/")))
            tag = str_from(tag, 2);
        if (str_eq(tag, etag) || str_eq(tag, STR("*")))
            return true;
    }
    return false;
}

/* Section 13.1.5: a range of what the client has another version of is no use to it. */
struct range conditional_range(const struct http_req *req, struct str etag, int64_t size)
{
    struct str condition = req->headers[HTTP_IF_RANGE];

    if (condition.len && !str_eq(condition, etag))
        return (struct range){RANGE_WHOLE, 0, 0};
    return range_parse(req->headers[HTTP_RANGE], size);
}
