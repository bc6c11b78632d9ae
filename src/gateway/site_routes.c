/* The page at /, its files, and what operators look at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "assets.h"
#include "blob.h"
#include "envelope.h"
#include "gateway_parts.h"
#include "metrics.h"

enum { NOT_MODIFIED = 304, NOT_FOUND = 404 };

/* Videos and covers may be sent by their store. */
static const char *policy(struct gateway *g, struct ctx *c)
{
    struct str store = blob_link_origin(g->deps.blob);

    return arena_printf(c->arena,
                        "default-src 'self'; img-src 'self' data: blob: " STR_FMT
                        "; media-src 'self' blob: " STR_FMT "; object-src 'none'; "
                        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
                        STR_ARG(store), STR_ARG(store));
}

static const struct asset *asset_named(struct str name)
{
    for (size_t i = 0; i < assets_count; i++)
        if (str_eq(name, str_of(assets[i].name)))
            return &assets[i];
    return NULL;
}

static struct err *serve(struct gateway *g, struct ctx *c, const struct http_req *req,
                         struct str name, struct http_reply *reply)
{
    const struct asset *asset = asset_named(name);

    if (!asset) {
        envelope_fail(g, c, NULL, NOT_FOUND, err_new(c, ERR_NOT_FOUND, "no such file"), reply);
        return NULL;
    }
    const char *etag = arena_printf(c->arena, "\"%s\"", asset->etag);

    reply->type = asset->type;
    http_reply_header(reply, "ETag", etag);
    http_reply_header(reply, "Cache-Control", "public, max-age=300");
    http_reply_header(reply, "Content-Security-Policy", policy(g, c));
    http_reply_header(reply, "Referrer-Policy", "same-origin");
    if (str_eq(req->headers[HTTP_IF_NONE_MATCH], str_of(etag)))
        reply->status = NOT_MODIFIED;
    else
        reply->body = (struct str){(const char *)asset->plain.at, asset->plain.len};
    return NULL;
}

/* GET / */
struct err *site_index(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    return serve(self, c, req, STR("index.html"), reply);
}

/* GET /assets/... */
struct err *site_asset(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    return serve(self, c, req, str_from(req->path, 1), reply);
}

/* GET /openapi.json : what there is to ask for. */
struct err *site_openapi(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;

    (void)c, (void)req;
    http_shared_retain(g->openapi);
    reply->shared = g->openapi;
    return NULL;
}

/* GET /livez : the process answers. */
struct err *site_live(void *self, struct ctx *c, const struct http_req *req,
                      struct http_reply *reply)
{
    (void)self, (void)c, (void)req;
    reply->type = "text/plain; charset=utf-8";
    reply->body = STR("ok\n");
    return NULL;
}

/* GET /readyz : it can do its work, because the database does. */
struct err *site_ready(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct gateway *g = self;
    struct video_list_feed_req ask = {.before = INT64_MAX, .limit = 1};
    struct video_list_resp list = {0};
    struct err *e = video_list_feed(g->deps.services.video, c, &ask, &list);

    if (e)
        return err_new(c, ERR_EXHAUSTED, "not ready: %s", err_text(c, e));
    return site_live(self, c, req, reply);
}

/* GET /metrics */
struct err *site_metrics(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;

    (void)req;
    reply->type = "text/plain; version=0.0.4; charset=utf-8";
    reply->body = metrics_write(g->deps.metrics, c);
    return NULL;
}
