/* The head of a request: a table of headers that mean something to us. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_server_head.h"

#include "clock.h"
#include "grpc_timeout.h"
#include "rpc_server_parts.h"
#include "trace.h"

enum {
    HEAD_MAX = 16 * 1024, /* bytes of all headers, counted as HTTP/2 does */
    HEADER_OVERHEAD = 32, /* RFC 9113, 10.5.1 */
    REQUEST_ID_MAX = 128,
};

/* Ages are added and taken from each other: a century is far from where that ends. */
static const int64_t AGE_MAX_US = 36500LL * 24 * 3600 * CLOCK_MS_PER_S * CLOCK_NS_PER_US;

static void take_method(struct rpc_server_call *call, struct str value)
{
    call->posted = str_eq(value, STR("POST"));
}

static void take_path(struct rpc_server_call *call, struct str value)
{
    call->route = rpc_routes_find(&call->conn->server->routes, value);
}

/* "application/grpc", "application/grpc+proto", "application/grpc;charset=utf-8". */
static void take_type(struct rpc_server_call *call, struct str value)
{
    static const struct str grpc = STR_INIT("application/grpc");

    call->grpc_type =
        str_starts(value, grpc) &&
        (value.len == grpc.len || value.ptr[grpc.len] == '+' || value.ptr[grpc.len] == ';');
}

static void take_encoding(struct rpc_server_call *call, struct str value)
{
    call->encoded = !str_eq(value, STR("identity"));
}

static void take_timeout(struct rpc_server_call *call, struct str value)
{
    int64_t ns;

    call->bad_timeout = !grpc_timeout_read(value, &ns);
    if (!call->bad_timeout)
        call->ctx.deadline_ns = clock_monotonic_ns() + ns;
}

static void take_age(struct rpc_server_call *call, struct str value)
{
    int64_t us;

    if (str_to_i64(value, &us) && us >= 0 && us < AGE_MAX_US)
        call->late_ns =
            rpc_transit_late(&call->conn->transit, clock_monotonic_ns(), us * CLOCK_NS_PER_US);
}

static void take_trace(struct rpc_server_call *call, struct str value)
{
    struct trace_id parent;

    if (trace_parse(value, &parent))
        call->ctx.trace = trace_child_of(parent, &call->conn->server->spans);
}

static void take_user(struct rpc_server_call *call, struct str value)
{
    int64_t id;

    if (str_to_i64(value, &id) && id > 0)
        call->ctx.user_id = id;
}

static void take_request(struct rpc_server_call *call, struct str value)
{
    if (value.len <= REQUEST_ID_MAX)
        call->ctx.request_id = arena_copy(&call->arena, value);
}

static const struct {
    struct str name;
    void (*take)(struct rpc_server_call *call, struct str value);
} headers[] = {
    {STR_INIT(":method"), take_method},       {STR_INIT(":path"), take_path},
    {STR_INIT("content-type"), take_type},    {STR_INIT("grpc-encoding"), take_encoding},
    {STR_INIT("grpc-timeout"), take_timeout}, {STR_INIT("duan-age"), take_age},
    {STR_INIT("traceparent"), take_trace},    {STR_INIT("duan-user"), take_user},
    {STR_INIT("duan-request"), take_request},
};

void rpc_server_head_take(struct rpc_server_call *call, struct str name, struct str value)
{
    call->head_bytes += name.len + value.len + HEADER_OVERHEAD;
    if (call->head_bytes > HEAD_MAX)
        return;
    for (size_t i = 0; i < COUNT(headers); i++)
        if (str_eq(name, headers[i].name)) {
            headers[i].take(call, value);
            return;
        }
}

/* Not gRPC at all: HTTP has a status for it as well. */
static struct err *check_http(struct rpc_server_call *call)
{
    struct ctx *c = &call->ctx;

    if (call->head_bytes > HEAD_MAX) {
        call->http = "431";
        return err_new(c, ERR_EXHAUSTED, "headers are longer than %d bytes", (int)HEAD_MAX);
    }
    if (!call->posted) {
        call->http = "405";
        return err_new(c, ERR_UNIMPLEMENTED, "gRPC uses POST");
    }
    if (!call->grpc_type) {
        call->http = "415";
        return err_new(c, ERR_UNIMPLEMENTED, "content-type is not application/grpc");
    }
    return NULL;
}

struct err *rpc_server_head_check(struct rpc_server_call *call)
{
    struct ctx *c = &call->ctx;

    TRY(check_http(call));
    if (!call->route)
        return err_new(c, ERR_UNIMPLEMENTED, "no such method here");
    if (call->encoded)
        return err_new(c, ERR_UNIMPLEMENTED, "compressed messages are not understood");
    if (call->bad_timeout)
        return err_new(c, ERR_INVALID, "grpc-timeout is malformed");
    if (c->deadline_ns)
        c->deadline_ns = c->deadline_ns > call->late_ns ? c->deadline_ns - call->late_ns : 1;
    return NULL;
}
