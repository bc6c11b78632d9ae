/* Pages of one video for those who come from elsewhere: /v/{id} and /embed/{id}. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"
#include "html.h"
#include "shared_video.h"
#include "site.h"
#include "web_files.h"

enum { NOT_FOUND = 404 };

static const char html_type[] = "text/html; charset=utf-8";

/* ---- what stands in a page's head ---- */

static struct str play_type(const struct shared *s)
{
    return str_ends(s->play, STR(".webm")) ? STR("video/webm") : STR("video/mp4");
}

static void meta_int(struct json *page, struct ctx *c, struct str kind, struct str name, int64_t n)
{
    html_meta(page, kind, name, arena_str(c->arena, "%lld", (long long)n));
}

static void write_open_graph(struct json *page, struct ctx *c, const struct shared *s)
{
    const struct str property = STR("property");

    html_meta(page, property, STR("og:site_name"), STR("Duan"));
    html_meta(page, property, STR("og:type"), STR("video.other"));
    html_meta(page, property, STR("og:title"), s->title);
    html_meta(page, property, STR("og:description"), s->author);
    html_meta(page, property, STR("og:url"), s->page);
    html_meta(page, property, STR("og:image"), s->cover);
    if (!s->play.len)
        return;
    html_meta(page, property, STR("og:video"), s->play);
    html_meta(page, property, STR("og:video:type"), play_type(s));
    if (str_starts(s->play, STR("https:")))
        html_meta(page, property, STR("og:video:secure_url"), s->play);
    if (s->size.width > 0 && s->size.height > 0) {
        meta_int(page, c, property, STR("og:video:width"), s->size.width);
        meta_int(page, c, property, STR("og:video:height"), s->size.height);
    }
}

static void write_twitter(struct json *page, struct ctx *c, const struct shared *s)
{
    struct shared_size size =
        shared_fit(s->size, (struct shared_size){SHARED_COVER_SIDE, SHARED_COVER_SIDE});
    const struct str name = STR("name");

    html_meta(page, name, STR("twitter:card"),
              s->play.len ? STR("player") : STR("summary_large_image"));
    html_meta(page, name, STR("twitter:title"), s->title);
    html_meta(page, name, STR("twitter:image"), s->cover);
    if (!s->play.len)
        return;
    html_meta(page, name, STR("twitter:player"), s->player);
    meta_int(page, c, name, STR("twitter:player:width"), size.width);
    meta_int(page, c, name, STR("twitter:player:height"), size.height);
}

/* In the place of the client's <title>. */
static struct str head_of(struct ctx *c, const struct shared *s)
{
    struct json page = {.arena = c->arena};

    json_lit(&page, "<title>");
    html_text(&page, s->title);
    json_lit(&page, " · Duan</title>\n<link rel=\"canonical\" href=\"");
    html_text(&page, s->page);
    json_lit(&page, "\">\n<link rel=\"alternate\" type=\"application/json+oembed\" href=\"");
    html_text(&page, s->base);
    json_lit(&page, "/oembed?url=");
    html_text(&page, s->page);
    json_lit(&page, "\" title=\"");
    html_text(&page, s->title);
    json_lit(&page, "\">\n");
    write_open_graph(&page, c, s);
    write_twitter(&page, c, s);
    return json_str(&page);
}

static void write_player(struct json *page, const struct shared *s, struct str more)
{
    if (!s->play.len) {
        json_lit(page, "<img alt=\"\" src=\"");
        html_text(page, s->cover);
        json_lit(page, "\">");
        return;
    }
    json_lit(page, "<video controls playsinline ");
    json_raw(page, more);
    json_lit(page, " poster=\"");
    html_text(page, s->cover);
    json_lit(page, "\" src=\"");
    html_text(page, s->play);
    json_lit(page, "\"></video>");
}

/* For who runs no script. */
static struct str foot_of(struct ctx *c, const struct shared *s)
{
    struct json page = {.arena = c->arena};

    json_lit(&page, "<noscript>\n<h1>");
    html_text(&page, s->title);
    json_lit(&page, "</h1>\n<p>");
    html_text(&page, s->author);
    json_lit(&page, "</p>\n");
    write_player(&page, s, STR("preload=\"metadata\" width=\"100%\""));
    json_lit(&page, "\n</noscript>\n");
    return json_str(&page);
}

/* ---- /v/{id} ---- */

/* The client's page with something in the place of its title, and before its body ends. */
static struct str page_with(struct ctx *c, struct str page, struct str head, struct str foot)
{
    const char *end = page.ptr + page.len;
    const char *title = memmem(page.ptr, page.len, "<title>", 7);
    const char *after = title ? memmem(title, (size_t)(end - title), "</title>", 8) : NULL;
    const char *body = after ? memmem(after, (size_t)(end - after), "</body>", 7) : NULL;
    struct json j = {.arena = c->arena};

    if (!body)
        return page;
    after += sizeof("</title>") - 1;
    json_raw(&j, (struct str){page.ptr, (size_t)(title - page.ptr)});
    json_raw(&j, head);
    json_raw(&j, (struct str){after, (size_t)(body - after)});
    json_raw(&j, foot);
    json_raw(&j, (struct str){body, (size_t)(end - body)});
    return json_str(&j);
}

static void answer_page(struct http_reply *reply, const char *policy, struct str body)
{
    reply->type = html_type;
    http_reply_header(reply, "Content-Security-Policy", policy);
    http_reply_header(reply, "Cache-Control", "no-cache");
    http_reply_header(reply, "Referrer-Policy", "same-origin");
    reply->body = body;
}

static const struct str missing_head = STR_INIT("<title>No such video · Duan</title>\n"
                                                "<meta name=\"robots\" content=\"noindex\">\n");
static const struct str missing_foot =
    STR_INIT("<noscript>\n<h1>No such video</h1>\n<p>It was removed, or never was there. "
             "<a href=\"/\">Duan</a></p>\n</noscript>\n");

/* GET /v/{id} : the client, which shows the video; before that, what others' machines read. When
 * nothing can be learned of the video it is the client alone, which tries again. */
struct err *share_page(void *self, struct ctx *c, const struct http_req *req,
                       struct http_reply *reply)
{
    struct gateway *g = self;
    struct str head = missing_head, foot = missing_foot;
    struct web_file index;
    struct shared video;
    int64_t id = 0;

    if (!web_files_find(c, g->options.web_dir, STR("index.html"), STR(""), &index))
        return err_new(c, ERR_INTERNAL, "there is no index.html");
    struct err *e = gateway_path_id(c, req, &id);

    if (!e)
        e = shared_find(g, c, req, id, &video);
    if (!e) {
        head = head_of(c, &video);
        foot = foot_of(c, &video);
    }
    bool missing = e && (e->code == ERR_NOT_FOUND || e->code == ERR_INVALID);

    answer_page(reply, site_policy(g, c),
                e && !missing ? index.bytes : page_with(c, index.bytes, head, foot));
    if (missing)
        reply->status = NOT_FOUND;
    return NULL;
}

/* ---- /embed/{id} ---- */

/* The only page that others may put into theirs: it does nothing but play. */
static const char *embed_policy(struct gateway *g, struct ctx *c)
{
    struct str store = blob_link_origin(g->deps.blob);

    return arena_printf(c->arena,
                        "default-src 'none'; style-src 'self'; img-src 'self' " STR_FMT
                        "; media-src 'self' " STR_FMT "; base-uri 'none'; form-action 'none'",
                        STR_ARG(store), STR_ARG(store));
}

static void begin_document(struct json *page, struct str title)
{
    json_lit(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n<title>");
    html_text(page, title);
    json_lit(page, "</title>\n<link rel=\"stylesheet\" href=\"/assets/page.css\">\n</head>\n"
                   "<body class=\"player\">\n");
}

/* GET /embed/{id} : a player for pages of others. */
struct err *share_embed(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct json page = {.arena = c->arena};
    struct shared video;
    int64_t id = 0;
    struct err *e = gateway_path_id(c, req, &id);

    if (!e)
        e = shared_find(g, c, req, id, &video);
    if (e && e->code != ERR_NOT_FOUND && e->code != ERR_INVALID)
        return e;
    begin_document(&page, e ? STR("No such video") : video.title);
    if (e) {
        json_lit(&page, "<p>No such video</p>");
        reply->status = NOT_FOUND;
    } else {
        write_player(&page, &video, STR("preload=\"metadata\""));
        json_lit(&page, "\n<a target=\"_blank\" rel=\"noopener\" href=\"");
        html_text(&page, video.page);
        json_lit(&page, "\">");
        html_text(&page, video.title);
        json_lit(&page, "</a>");
    }
    json_lit(&page, "\n</body>\n</html>\n");
    answer_page(reply, embed_policy(g, c), json_str(&page));
    return NULL;
}
