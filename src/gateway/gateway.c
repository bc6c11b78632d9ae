/* The gateway: its parts put together, and the small questions that handlers share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway.h"

#include <stdlib.h>

#include "blob.h"
#include "envelope.h"
#include "events.h"
#include "feed_cache.h"
#include "gateway_parts.h"
#include "login_limits.h"
#include "media_gate.h"
#include "openapi.h"
#include "passwords.h"
#include "rate_limits.h"
#include "request_metrics.h"
#include "tokens.h"
#include "trace.h"
#include "uploads.h"
#include "web_files.h"

enum { ACTION_ON = 1, ACTION_OFF = 2, HOST_MAX = 255, FAILED_FROM = 400 };

/* The request's id comes back to whoever sent one, and with what failed at the level of HTTP; a
 * trace goes on with the reply. */
static void decorate(void *self, struct ctx *c, const struct http_req *req,
                     struct http_reply *reply)
{
    (void)self;
    if (req->headers[HTTP_REQUEST_ID].len || reply->status >= FAILED_FROM)
        http_reply_header(reply, "X-Request-Id", arena_copy(c->arena, c->request_id).ptr);
    if (trace_is_set(c->trace))
        http_reply_header(reply, "traceresponse", trace_format(c, c->trace).ptr);
}

static void fill_app(struct gateway *g)
{
    g->app = (struct http_app){
        .self = g,
        .routes = gateway_routes,
        .route_count = gateway_route_count,
        .admit = gateway_admit,
        .confirm = gateway_confirm,
        .expect = gateway_expect,
        .fail = envelope_fail,
        .decorate = decorate,
        .observe = request_metrics_observe,
    };
}

struct err *gateway_create(struct ctx *c, const struct gateway_options *options,
                           const struct gateway_deps *deps, struct gateway **out)
{
    struct gateway *g = calloc(1, sizeof(*g));
    struct err *e;

    if (!g)
        abort();
    g->options = *options;
    g->deps = *deps;
    atomic_init(&g->upload_max, options->upload_max_bytes);
    if ((e = web_files_check(c, options->web_dir)) != NULL ||
        (e = tokens_create(c, options->token_secret, options->token_ttl_s, &g->tokens)) != NULL ||
        (e = passwords_create(c, options->bcrypt_cost, &g->passwords)) != NULL) {
        gateway_destroy(g);
        return e;
    }
    if (options->near_bytes)
        g->near = near_create(&deps->services, deps->changes, options->near_bytes);
    g->degraded = (struct degraded){.metrics = deps->metrics, .log = deps->log};
    g->limits = rate_limits_create(&options->limits);
    g->logins = login_limits_create(g->limits);
    g->feed = feed_cache_create();
    g->media_gate =
        media_gate_create(deps->services.video, options->near_bytes ? deps->changes : NULL);
    g->metrics = request_metrics_create(g);
    g->openapi =
        http_shared_create(envelope_type, openapi_write(c, gateway_routes, gateway_route_count));
    fill_app(g);
    g->events = events_create(g); /* the last: it uses all others */
    *out = g;
    return NULL;
}

void gateway_destroy(struct gateway *g)
{
    if (!g)
        return;
    events_destroy(g->events);
    http_shared_release(g->openapi);
    request_metrics_destroy(g->metrics);
    media_gate_destroy(g->media_gate);
    feed_cache_destroy(g->feed);
    login_limits_destroy(g->logins);
    rate_limits_destroy(g->limits);
    near_destroy(g->near);
    passwords_destroy(g->passwords);
    tokens_destroy(g->tokens);
    free(g);
}

void gateway_drain(struct gateway *g)
{
    if (g)
        events_drain(g->events);
}

void gateway_stop(struct gateway *g)
{
    if (!g)
        return;
    atomic_store(&g->stopping, true);
    blob_stop(g->deps.blob);
}

void gateway_change_limits(struct gateway *g, const struct rate_limits_options *limits)
{
    rate_limits_change(g->limits, limits);
}

void gateway_set_upload_max(struct gateway *g, int64_t bytes)
{
    atomic_store(&g->upload_max, bytes);
}

struct err *gateway_recover(struct gateway *g, struct ctx *c)
{
    return uploads_recover(g, c);
}

const struct http_app *gateway_app(struct gateway *g)
{
    return &g->app;
}

void gateway_batch_committed(void *gateway)
{
    near_batch_committed(((struct gateway *)gateway)->near);
}

void gateway_forget(struct gateway *g)
{
    near_forget(g->near);
    media_gate_forget(g->media_gate);
}

/* A Host that could not stand in a URL or in JSON as it is gets nowhere. */
static bool host_is_plain(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char b = host.ptr[i];

        if (!((b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
              b == '.' || b == '-' || b == ':' || b == '[' || b == ']' || b == '_'))
            return false;
    }
    return host.len > 0 && host.len <= HOST_MAX;
}

struct str gateway_base_url(struct gateway *g, struct ctx *c, const struct http_req *req)
{
    struct str host = req->headers[HTTP_HOST];

    if (g->options.public_url.len)
        return g->options.public_url;
    return arena_str(c->arena, "%s://" STR_FMT, req->https ? "https" : "http",
                     STR_ARG(host_is_plain(host) ? host : STR("localhost")));
}

struct err *gateway_whose(struct ctx *c, const struct http_req *req, int64_t *out)
{
    int64_t id;

    TRY(http_i64(req, c, STR("user_id"), 0, &id));
    if (!id)
        id = c->user_id;
    if (!id)
        return err_new(c, ERR_INVALID, "user_id is missing");
    *out = id;
    return NULL;
}

struct err *gateway_id(struct ctx *c, const struct http_req *req, struct str name, int64_t *out)
{
    int64_t id;

    TRY(http_i64(req, c, name, 0, &id));
    if (!id)
        return err_new(c, ERR_INVALID, STR_FMT " is missing", STR_ARG(name));
    *out = id;
    return NULL;
}

struct err *gateway_path_id(struct ctx *c, const struct http_req *req, int64_t *out)
{
    struct str name = req->rest;
    int64_t id;

    if (str_ends(name, STR("/")))
        name.len--;
    if (!str_to_i64(name, &id) || id <= 0)
        return err_new(c, ERR_INVALID, "the id in the path is not a positive number");
    *out = id;
    return NULL;
}

struct err *gateway_written(struct ctx *c, const struct http_req *req, struct str name,
                            struct str *out)
{
    struct err *e = http_text(req, c, name, out);

    if (e)
        e->reason = "bad_text";
    return e;
}

struct err *gateway_action(struct ctx *c, const struct http_req *req, bool *out)
{
    int64_t action;

    TRY(http_i64(req, c, STR("action_type"), 0, &action));
    if (action != ACTION_ON && action != ACTION_OFF)
        return err_new(c, ERR_INVALID, "action_type must be 1 or 2");
    *out = action == ACTION_ON;
    return NULL;
}
