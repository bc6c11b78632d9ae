/* The operators' pages of a process without the gateway. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ops.h"

#include <stdlib.h>

#include "http_server.h"
#include "metrics.h"

enum { CONNECTIONS = 64, TIMEOUT_MS = 10000, NOT_READY = 503, MIN_RATE = 1024 };

struct ops {
    struct ops_options options;
    struct http_app app;
    struct http_server *http;
};

static const char plain[] = "text/plain; charset=utf-8";

static struct err *live(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    (void)self, (void)c, (void)req;
    reply->type = plain;
    reply->body = STR("ok\n");
    return NULL;
}

static struct err *ready(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct ops *o = self;

    if (o->options.ready(o->options.self))
        return live(self, c, req, reply);
    reply->status = NOT_READY;
    reply->type = plain;
    reply->body = STR("not ready\n");
    return NULL;
}

static struct err *show_metrics(void *self, struct ctx *c, const struct http_req *req,
                                struct http_reply *reply)
{
    struct ops *o = self;

    (void)req;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    reply->body = metrics_write(o->options.metrics, c);
    return NULL;
}

static const struct http_route routes[] = {
    {HTTP_GET, STR_INIT("/livez/"), HTTP_INLINE, 0, NULL, live},
    {HTTP_GET, STR_INIT("/readyz/"), HTTP_INLINE, 0, NULL, ready},
    {HTTP_GET, STR_INIT("/metrics/"), HTTP_INLINE, 0, NULL, show_metrics},
};

/* ---- whoever may connect may look ---- */

static struct err *admit(void *self, struct ctx *c, const struct http_route *route,
                         struct http_req *req)
{
    (void)self, (void)c, (void)route, (void)req;
    return NULL;
}

static void show_failure(void *self, struct ctx *c, const struct http_route *route, int status,
                         const struct err *e, struct http_reply *reply)
{
    (void)self, (void)route;
    reply->status = status ? status : NOT_READY;
    reply->type = plain;
    reply->body = arena_str(c->arena, "%s\n", err_root(e)->msg);
}

static void decorate(void *self, struct ctx *c, const struct http_req *req,
                     struct http_reply *reply)
{
    (void)self, (void)c, (void)req, (void)reply;
}

static void observe(void *self, struct ctx *c, const struct http_done *done)
{
    (void)self, (void)c, (void)done;
}

static struct err *open_server(struct ops *o, struct ctx *c)
{
    const struct http_options options = {
        .listen = o->options.listen,
        .threads = 1,
        .connections_max = CONNECTIONS,
        .connections_per_address = CONNECTIONS,
        .header_timeout_ms = TIMEOUT_MS,
        .idle_timeout_ms = TIMEOUT_MS,
        .request_timeout_ms = TIMEOUT_MS,
        .body_window_ms = TIMEOUT_MS,
        .body_min_rate = MIN_RATE,
        .reply_window_ms = TIMEOUT_MS,
        .reply_min_rate = MIN_RATE,
    };

    return http_server_open(c, &options, &o->app, &o->http);
}

struct err *ops_open(struct ctx *c, const struct ops_options *options, struct ops **out)
{
    struct ops *o = calloc(1, sizeof(*o));

    if (!o)
        abort();
    o->options = *options;
    o->app = (struct http_app){
        .self = o,
        .routes = routes,
        .route_count = COUNT(routes),
        .admit = admit,
        .fail = show_failure,
        .decorate = decorate,
        .observe = observe,
    };
    struct err *e = open_server(o, c);

    if (e) {
        free(o);
        return e;
    }
    *out = o;
    return NULL;
}

void ops_close(struct ops *o)
{
    if (!o)
        return;
    http_server_close(o->http);
    free(o);
}
