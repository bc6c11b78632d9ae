/* Fuzz target: targets, routes and request ids. The first line is the target, the second a request
 * id. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "params.h"
#include "router.h"

enum { ID_MAX = 64 };

static const struct http_route routes[] = {
    {.method = HTTP_GET, .path = STR_INIT("/plain/")},
    {.method = HTTP_POST, .path = STR_INIT("/plain/")},
    {.method = HTTP_GET, .path = STR_INIT("/of/*/all/")},
    {.method = HTTP_GET, .path = STR_INIT("/of/*")},
    {.method = HTTP_GET, .path = STR_INIT("/")},
};

static bool lies_in(struct str outer, struct str inner)
{
    return !inner.len || (inner.ptr >= outer.ptr && inner.ptr + inner.len <= outer.ptr + outer.len);
}

static struct str without_slash(struct str s)
{
    return s.len > 1 && str_ends(s, STR("/")) ? (struct str){s.ptr, s.len - 1} : s;
}

static struct str joined(struct arena *a, struct str head, struct str middle, struct str tail)
{
    const struct str pieces[] = {head, middle, tail};
    char *text = arena_bytes(a, head.len + middle.len + tail.len);
    size_t len = 0;

    for (size_t i = 0; i < COUNT(pieces); len += pieces[i++].len)
        if (pieces[i].len)
            memcpy(text + len, pieces[i].ptr, pieces[i].len);
    return (struct str){text, len};
}

/* What was found is the row whose pattern, with its star filled in, is the path. */
static void check_row(struct arena *a, const struct http_route *row, struct str path,
                      struct str rest)
{
    struct str tail = row->path, head = str_cut(&tail, '*');

    if (head.len == row->path.len) {
        FUZZ_CHECK(str_eq(without_slash(head), without_slash(path)));
        return;
    }
    FUZZ_CHECK(rest.len && lies_in(path, rest));
    struct str whole = joined(a, head, rest, tail);

    FUZZ_CHECK(tail.len ? str_eq(without_slash(whole), without_slash(path)) : str_eq(whole, path));
    FUZZ_CHECK(!tail.len || !memchr(rest.ptr, '/', rest.len));
}

static void check_route(struct arena *a, struct str target)
{
    struct str query = router_target_path(target);

    FUZZ_CHECK(lies_in(target, query) || str_eq(query, STR("/")));
    struct str path = params_decode(a, str_cut(&query, '?'), false);
    struct http_req req = {.method = HTTP_GET, .path = path};
    unsigned allowed;
    const struct http_route *row = router_find(routes, COUNT(routes), true, &req, &allowed);

    if (row)
        check_row(a, row, path, req.rest);
    for (size_t i = 0; !row && i < COUNT(routes); i++) /* plain rows are found by their text */
        FUZZ_CHECK(memchr(routes[i].path.ptr, '*', routes[i].path.len) ||
                   !str_eq(routes[i].path, path) || routes[i].method != HTTP_GET);
}

static void check_request_id(struct arena *a, struct str given)
{
    struct str id = router_request_id(a, given);

    FUZZ_CHECK(id.len > 0 && id.len <= ID_MAX);
    for (size_t i = 0; i < id.len; i++)
        FUZZ_CHECK(strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.",
                          id.ptr[i]) &&
                   id.ptr[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct str id = {(const char *)data, size}, target = str_cut(&id, '\n');

    check_route(&arena, target);
    check_request_id(&arena, id);
    arena_fini(&arena);
    return 0;
}
