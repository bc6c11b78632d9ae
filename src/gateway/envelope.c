/* Envelopes, and the one table that turns failures into public codes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"

#include "clock.h"
#include "gateway_parts.h"
#include "log.h"
#include "metrics.h"
#include "tus.h"

const char envelope_type[] = "application/json; charset=utf-8";

enum {
    CODE_FAILURE = 1,
    CODE_INVALID = 10005,
    CODE_INTERNAL = 50000,
    CODE_DOWN = 50300,
    CODE_AWAY = 50301
};
enum { HTTP_OK = 200, HTTP_BAD_REQUEST = 400, HTTP_TOO_MANY = 429, HTTP_BUSY = 503 };
enum { DISK_FULL_EVERY_S = 600 };

static const struct {
    const char *reason;
    int code;
} by_reason[] = {
    {"not_a_picture", 10007},     {"name_taken", 10001},       {"user_not_found", 10002},
    {"wrong_password", 10003},    {"bad_token", 10004},        {"rate_limited", 10006},
    {"not_a_video", 10007},       {"too_large", 10008},        {"video_not_found", 10009},
    {"comment_not_found", 10010}, {"self_follow", 10012},      {"bad_text", 10013},
    {ERR_DISK_FULL, CODE_DOWN},   {"quota_used_up", 10014},    {"blocked", 10015},
    {"service_down", CODE_AWAY},  {"upload_not_found", 10016}, {"account_closed", 10017},
    {"export_not_found", 10018},
};

static const struct {
    enum err_code err;
    int code;
} by_code[] = {
    {ERR_INVALID, CODE_INVALID}, {ERR_FORBIDDEN, 10011},        {ERR_UNAUTHENTICATED, 10004},
    {ERR_EXHAUSTED, CODE_DOWN},  {ERR_UNAVAILABLE, CODE_DOWN},  {ERR_TIMEOUT, CODE_DOWN},
    {ERR_ABORTED, CODE_DOWN},    {ERR_INTERNAL, CODE_INTERNAL}, {ERR_DATA_LOSS, CODE_INTERNAL},
};

int envelope_code(const struct err *e)
{
    for (size_t i = 0; e->reason && i < COUNT(by_reason); i++)
        if (strcmp(by_reason[i].reason, e->reason) == 0)
            return by_reason[i].code;
    for (size_t i = 0; i < COUNT(by_code); i++)
        if (by_code[i].err == e->code)
            return by_code[i].code;
    return CODE_FAILURE;
}

struct json envelope_begin(struct ctx *c)
{
    struct json j = {.arena = c->arena};

    json_lit(&j, "{\"status_code\":0,\"status_msg\":\"\"");
    return j;
}

void envelope_end(struct json *j, struct http_reply *reply)
{
    json_lit(j, "}");
    reply->type = envelope_type;
    reply->body = json_str(j);
}

void envelope_ok(struct http_reply *reply)
{
    reply->type = envelope_type;
    reply->body = STR("{\"status_code\":0,\"status_msg\":\"\"}");
}

/* Business failures are 200 (contract, section 1.4). */
static int http_status(const struct err *e)
{
    if (e->reason && strcmp(e->reason, "rate_limited") == 0)
        return HTTP_TOO_MANY;
    return envelope_code(e) == CODE_DOWN || envelope_code(e) == CODE_AWAY ? HTTP_BUSY : HTTP_OK;
}

static bool is_disk_full(const struct err *e)
{
    return e->reason && strcmp(e->reason, ERR_DISK_FULL) == 0;
}

/* What went wrong inside is for the log; the user hears that something did. */
static struct str message(const struct err *e)
{
    int code = envelope_code(e);

    if (code == CODE_INTERNAL)
        return STR("something went wrong on our side");
    if (is_disk_full(e))
        return STR("the disk is full, please try again later");
    if (code == CODE_DOWN)
        return STR("too busy, please try again");
    if (code == CODE_AWAY)
        return STR("this part is away for a moment, please try again");
    return str_of(err_root(e)->msg);
}

/* Fields that clients read before they look at the code (contract, sections 1.4 and 3.1). */
static void extra_fields(struct json *j, const struct http_route *route)
{
    if (!route)
        return;
    if (route->handle == account_register || route->handle == account_login)
        json_lit(j, ",\"user_id\":0,\"token\":\"\"");
    if (route->handle == account_show)
        json_lit(j, ",\"user\":{}");
}

/* Failures are HTTP 200 for the most part, so they are counted by their public code. */
static void count_failure(struct gateway *g, struct ctx *c, const struct http_route *route,
                          int code)
{
    metrics_add(metrics_counter(g->deps.metrics, "duan_failures_total",
                                "Requests that failed, by route and public code.",
                                metrics_label("route", route ? route->path : STR("none")),
                                metrics_label("code", arena_str(c->arena, "%d", code))),
                1);
}

/* One line for all the requests of a while: a log on the same disk would only fill it more. */
static void log_disk_full(struct gateway *g, struct ctx *c, const struct err *e)
{
    int64_t now = clock_monotonic_ns(), next = atomic_load(&g->disk_full_next_ns);

    if (now >= next && atomic_compare_exchange_strong(&g->disk_full_next_ns, &next,
                                                      now + DISK_FULL_EVERY_S * CLOCK_NS_PER_S))
        log_error(g->deps.log, c,
                  "the disk is full: writes and uploads are refused until there is room",
                  log_err(e));
}

static void log_failure(struct gateway *g, struct ctx *c, const struct err *e, int code)
{
    if (is_disk_full(e))
        log_disk_full(g, c, e);
    else if (code == CODE_INTERNAL || code == CODE_DOWN || code == CODE_AWAY)
        log_warn(g->deps.log, c, "request failed", log_err(e));
}

void envelope_fail(void *gateway, struct ctx *c, const struct http_route *route, int status,
                   const struct err *e, struct http_reply *reply)
{
    struct json j = {.arena = c->arena};
    int code = status && status != HTTP_BUSY && !e->reason ? CODE_FAILURE : envelope_code(e);

    log_failure(gateway, c, e, code);
    count_failure(gateway, c, route, code);
    json_lit(&j, "{\"status_code\":");
    json_int(&j, code);
    json_lit(&j, ",\"status_msg\":");
    json_text(&j, message(e));
    extra_fields(&j, route);
    envelope_end(&j, reply);
    if (!status)
        status = tus_status(route, e);
    reply->status = status ? status : http_status(e);
    if (reply->status == HTTP_BUSY || reply->status == HTTP_TOO_MANY)
        http_reply_header(reply, "Retry-After",
                          arena_printf(c->arena, "%d", e->retry_after_s ? e->retry_after_s : 1));
}
