/* Routing: a walk over some thirty rows. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "router.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <sys/random.h>

enum { REQUEST_ID_MAX = 64, REQUEST_ID_LEN = 16 };

const char *const http_method_names[HTTP_METHODS] = {"GET", "POST", "PUT", "PATCH", "DELETE"};

struct str router_target_path(struct str target)
{
    struct str rest = target;

    if (!str_starts(target, STR("http://")) && !str_starts(target, STR("https://")))
        return target;
    for (int slashes = 0; slashes < 3; slashes++)
        (void)str_cut(&rest, '/');
    /* The last slash cut belongs to the path. */
    return rest.ptr ? (struct str){rest.ptr - 1, rest.len + 1} : STR("/");
}

bool router_method(const char *method, struct http_req *req)
{
    req->head = strcmp(method, "HEAD") == 0;
    for (enum http_method m = 0; m < HTTP_METHODS && !req->head; m++) {
        if (strcmp(method, http_method_names[m]) == 0) {
            req->method = m;
            return true;
        }
    }
    return req->head; /* HTTP_GET is what it is already */
}

static struct str without_slash(struct str path)
{
    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

/* A star at the end takes all that is left, one before that a single name. */
static bool matches(const struct http_route *route, struct str path, struct str *rest)
{
    struct str tail = route->path, head = str_cut(&tail, '*');

    if (head.len == route->path.len)
        return str_eq(without_slash(head), without_slash(path));
    if (!str_starts(path, head) || path.len == head.len)
        return false;
    struct str left = str_from(path, head.len), name = left;

    if (tail.len) {
        name.len = str_cut(&left, '/').len;
        left = str_from(path, head.len + name.len);
        if (!name.len || !str_eq(without_slash(tail), without_slash(left)))
            return false;
    }
    *rest = name;
    return true;
}

/* The row that takes a path only when no row names it more closely. */
struct wide {
    const struct http_route *row;
    struct str rest;
    unsigned allowed;
};

static bool is_last_resort(const struct http_route *route)
{
    return str_eq(route->path, STR("/*"));
}

/* A star at the end that stands for more than one name. */
static bool is_wide(const struct http_route *route, struct str rest)
{
    return str_ends(route->path, STR("*")) &&
           (is_last_resort(route) || memchr(rest.ptr, '/', without_slash(rest).len));
}

static void widen(struct wide *wide, const struct http_route *route, struct str rest, bool asked)
{
    if (is_last_resort(route) && wide->allowed)
        return;
    if (asked && !wide->row)
        *wide = (struct wide){.row = route, .rest = rest, .allowed = wide->allowed};
    if (!is_last_resort(route))
        wide->allowed |= 1u << route->method;
}

const struct http_route *router_find(const struct http_route *routes, size_t count,
                                     bool known_method, struct http_req *req, unsigned *allowed)
{
    struct wide wide = {0};
    struct str rest = {0};

    *allowed = 0;
    for (size_t i = 0; i < count; i++) {
        bool asked = known_method && routes[i].method == req->method;

        if (!matches(&routes[i], req->path, &rest))
            continue;
        if (is_wide(&routes[i], rest)) {
            widen(&wide, &routes[i], rest, asked);
            continue;
        }
        if (asked) {
            req->rest = rest;
            return &routes[i];
        }
        *allowed |= 1u << routes[i].method;
    }
    if (*allowed)
        return NULL;
    *allowed = wide.allowed;
    req->rest = wide.rest;
    return wide.row;
}

const char *router_allow(struct arena *a, unsigned allowed)
{
    const char *list = "";

    for (enum http_method m = 0; m < HTTP_METHODS; m++)
        if (allowed & 1u << m)
            list = arena_printf(a, "%s%s%s%s", list, *list ? ", " : "", http_method_names[m],
                                m == HTTP_GET ? ", HEAD" : "");
    return list;
}

static bool harmless(struct str id)
{
    for (size_t i = 0; i < id.len; i++) {
        char c = id.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return id.len > 0 && id.len <= REQUEST_ID_MAX;
}

/* Unique in this process by its counter, and hardly ever the same as another process's. */
static uint64_t next_id(void)
{
    static _Atomic uint64_t state;
    uint64_t id = atomic_fetch_add(&state, UINT64_C(0x9e3779b97f4a7c15));

    if (id == 0) {
        uint64_t seed;

        if (getrandom(&seed, sizeof(seed), 0) != sizeof(seed))
            abort();
        atomic_fetch_add(&state, seed);
        id = seed;
    }
    return id ^ id >> 29;
}

struct str router_request_id(struct arena *a, struct str given)
{
    static const char hex[] = "0123456789abcdef";

    if (harmless(given))
        return given;
    char *text = arena_bytes(a, REQUEST_ID_LEN);
    uint64_t id = next_id();

    for (size_t i = 0; i < REQUEST_ID_LEN; i++, id <<= 4)
        text[i] = hex[id >> 60];
    return (struct str){text, REQUEST_ID_LEN};
}
