/* The web client, the pages about the API, and what operators look at. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"
#include "conditional.h"
#include "envelope.h"
#include "gateway_parts.h"
#include "metrics.h"
#include "site.h"
#include "web_files.h"

enum { NOT_MODIFIED = 304, NOT_FOUND = 404 };

/* What begins so is never a screen of the client. */
static const struct str not_screens[] = {STR_INIT("douyin"), STR_INIT("api"),    STR_INIT("media"),
                                         STR_INIT("static"), STR_INIT("assets"), STR_INIT("docs")};

/* Videos and covers may be sent by their store. */
const char *site_policy(struct gateway *g, struct ctx *c)
{
    struct str store = blob_link_origin(g->deps.blob);

    return arena_printf(c->arena,
                        "default-src 'none'; script-src 'self'; style-src 'self'; "
                        "img-src 'self' blob: data: " STR_FMT "; media-src 'self' blob: " STR_FMT
                        "; connect-src 'self' " STR_FMT "; font-src 'self'; manifest-src 'self'; "
                        "worker-src 'self'; base-uri 'none'; form-action 'self'; "
                        "frame-ancestors 'none'; require-trusted-types-for 'script'; "
                        "trusted-types svelte-trusted-html",
                        STR_ARG(store), STR_ARG(store), STR_ARG(store));
}

/* The page of the API is Swagger's, which knows no Trusted Types. */
static const char docs_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/* The default pictures change with a release, under the names they have. */
static const char *cache_of(const struct web_file *file, struct str name)
{
    if (file->immutable)
        return "public, max-age=31536000, immutable";
    return str_starts(name, STR("assets/")) ? "public, max-age=300" : "no-cache";
}

static void send_file(const struct http_req *req, const struct web_file *file,
                      struct http_reply *reply)
{
    reply->type = file->type;
    http_reply_header(reply, "ETag", file->etag);
    http_reply_header(reply, "Referrer-Policy", "same-origin");
    if (file->varies)
        http_reply_header(reply, "Vary", "Accept-Encoding");
    if (conditional_has(req, str_of(file->etag))) {
        reply->status = NOT_MODIFIED;
        return;
    }
    if (file->encoding)
        http_reply_header(reply, "Content-Encoding", file->encoding);
    reply->body = file->bytes;
}

static struct err *serve(struct gateway *g, struct ctx *c, const struct http_req *req,
                         struct str name, struct http_reply *reply)
{
    struct web_file file;

    if (!web_files_find(c, g->options.web_dir, name, req->headers[HTTP_ACCEPT_ENCODING], &file)) {
        envelope_fail(g, c, NULL, NOT_FOUND, err_new(c, ERR_NOT_FOUND, "no such page"), reply);
        return NULL;
    }
    http_reply_header(reply, "Cache-Control", cache_of(&file, name));
    http_reply_header(reply, "Content-Security-Policy",
                      str_starts(name, STR("docs/")) ? docs_policy : site_policy(g, c));
    send_file(req, &file, reply);
    return NULL;
}

/* GET / */
struct err *site_index(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    return serve(self, c, req, STR("index.html"), reply);
}

/* GET /docs : the API to look at and to try. */
struct err *site_docs(void *self, struct ctx *c, const struct http_req *req,
                      struct http_reply *reply)
{
    return serve(self, c, req, STR("docs/index.html"), reply);
}

static bool is_screen(struct str path)
{
    struct str rest = str_from(path, 1), first = str_cut(&rest, '/');

    for (size_t i = 0; i < COUNT(not_screens); i++)
        if (str_eq_nocase(first, not_screens[i]))
            return false;
    return !memchr(path.ptr, '.', path.len);
}

/* GET /assets/..., /docs/..., and all that no other row knows: the client's screens are not listed
 * here, and have no dot in them; its files have one. */
struct err *site_other(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    return serve(self, c, req, is_screen(req->path) ? STR("index.html") : str_from(req->path, 1),
                 reply);
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
