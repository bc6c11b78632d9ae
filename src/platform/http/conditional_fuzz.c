/* Fuzz target: If-None-Match, If-Range and Range, one to a line; the first byte is the size of the
 * file. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "conditional.h"

#define ETAG "\"a-1\""

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* What stands from `from` to `to` is an element of the list: commas or ends around it. */
static bool is_element(struct str list, size_t from, size_t to)
{
    if (from >= 2 && memcmp(list.ptr + from - 2, "W/", 2) == 0)
        from -= 2;
    while (from > 0 && is_blank(list.ptr[from - 1]))
        from--;
    while (to < list.len && is_blank(list.ptr[to]))
        to++;
    return (from == 0 || list.ptr[from - 1] == ',') && (to == list.len || list.ptr[to] == ',');
}

/* Found by where it stands, not by splitting. */
static bool is_listed(struct str list, const char *tag)
{
    size_t len = strlen(tag);

    for (size_t i = 0; i + len <= list.len; i++)
        if (memcmp(list.ptr + i, tag, len) == 0 && is_element(list, i, i + len))
            return true;
    return false;
}

static void check_range(const struct http_req *req, int64_t size)
{
    struct range r = conditional_range(req, STR(ETAG), size);
    struct range alone = range_parse(req->headers[HTTP_RANGE], size);
    struct str condition = req->headers[HTTP_IF_RANGE];
    bool counts = !condition.len || str_eq(condition, STR(ETAG));

    FUZZ_CHECK(r.kind == (counts ? alone.kind : RANGE_WHOLE));
    if (r.kind == RANGE_PART)
        FUZZ_CHECK(r.first == alone.first && r.last == alone.last && r.first >= 0 &&
                   r.first <= r.last && r.last < size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str rest = str_from((struct str){(const char *)data, size}, 1);
    struct http_req req = {.method = HTTP_GET};

    req.headers[HTTP_IF_NONE_MATCH] = str_cut(&rest, '\n');
    req.headers[HTTP_IF_RANGE] = str_cut(&rest, '\n');
    req.headers[HTTP_RANGE] = rest;
    struct str list = req.headers[HTTP_IF_NONE_MATCH];

    FUZZ_CHECK(conditional_has(&req, STR(ETAG)) == (is_listed(list, ETAG) || is_listed(list, "*")));
    check_range(&req, size ? data[0] : 0);
    return 0;
}
