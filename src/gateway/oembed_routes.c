/* GET /oembed : what another site needs to know to show a video's page inside its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "html.h"
#include "shared_video.h"

enum { SIDE_MAX = 10000 /* of what an embedding page may ask for */ };

/* The id in the address of a page of ours; 0: it is no such address. */
static int64_t id_in(struct str url, struct str base)
{
    int64_t id;

    if (!str_starts(url, base))
        return 0;
    url = str_from(url, base.len);
    if (!str_starts(url, STR("/v/")))
        return 0;
    url = str_from(url, sizeof("/v/") - 1);
    size_t digits = 0;

    while (digits < url.len && url.ptr[digits] >= '0' && url.ptr[digits] <= '9')
        digits++;
    struct str rest = str_from(url, digits);

    if (rest.len && rest.ptr[0] != '/' && rest.ptr[0] != '?' && rest.ptr[0] != '#')
        return 0;
    return str_to_i64((struct str){url.ptr, digits}, &id) ? id : 0;
}

static struct err *read_bounds(struct ctx *c, const struct http_req *req, struct shared_size *out)
{
    struct shared_size s;

    TRY(http_i64(req, c, STR("maxwidth"), SHARED_COVER_SIDE, &s.width));
    TRY(http_i64(req, c, STR("maxheight"), SHARED_COVER_SIDE, &s.height));
    if (s.width < 1 || s.height < 1 || s.width > SIDE_MAX || s.height > SIDE_MAX)
        return err_new(c, ERR_INVALID, "maxwidth and maxheight must be 1 to %d", SIDE_MAX);
    *out = s;
    return NULL;
}

static void field(struct json *j, struct str name, struct str value)
{
    json_raw(j, name);
    json_text(j, value);
}

static void write_size(struct json *j, struct str width, struct str height, struct shared_size size)
{
    json_raw(j, width);
    json_int(j, size.width);
    json_raw(j, height);
    json_int(j, size.height);
}

static struct str frame_of(struct ctx *c, const struct shared *s, struct shared_size size)
{
    struct json page = {.arena = c->arena};

    json_lit(&page, "<iframe src=\"");
    html_text(&page, s->player);
    json_lit(&page, "\" width=\"");
    json_int(&page, size.width);
    json_lit(&page, "\" height=\"");
    json_int(&page, size.height);
    json_lit(&page, "\" allow=\"fullscreen\" frameborder=\"0\" title=\"");
    html_text(&page, s->title);
    json_lit(&page, "\"></iframe>");
    return json_str(&page);
}

static struct str describe(struct ctx *c, const struct shared *s, struct shared_size bounds)
{
    struct shared_size size = shared_fit(s->size, bounds);
    struct json j = {.arena = c->arena};

    json_lit(&j, "{\"version\":\"1.0\",\"type\":\"video\",\"provider_name\":\"Duan\"");
    field(&j, STR(",\"provider_url\":"), s->base);
    field(&j, STR(",\"title\":"), s->title);
    field(&j, STR(",\"author_name\":"), s->author);
    field(&j, STR(",\"author_url\":"),
          arena_str(c->arena, STR_FMT "/u/%lld", STR_ARG(s->base), (long long)s->author_id));
    field(&j, STR(",\"thumbnail_url\":"), s->cover);
    write_size(&j, STR(",\"thumbnail_width\":"), STR(",\"thumbnail_height\":"),
               shared_fit(s->size, (struct shared_size){SHARED_COVER_SIDE, SHARED_COVER_SIDE}));
    field(&j, STR(",\"html\":"), frame_of(c, s, size));
    write_size(&j, STR(",\"width\":"), STR(",\"height\":"), size);
    json_lit(&j, "}");
    return json_str(&j);
}

static struct err *answer(struct gateway *g, struct ctx *c, const struct http_req *req,
                          struct http_reply *reply)
{
    struct str format = http_param(req, STR("format"));
    struct shared_size bounds;
    struct shared video;

    if (format.len && !str_eq(format, STR("json")))
        return err_new(c, ERR_UNIMPLEMENTED, "format must be json");
    TRY(read_bounds(c, req, &bounds));
    int64_t id = id_in(http_param(req, STR("url")), gateway_base_url(g, c, req));

    if (id <= 0)
        return err_new(c, ERR_NOT_FOUND, "url is not the page of a video here");
    TRY(shared_find(g, c, req, id, &video));
    reply->type = envelope_type;
    reply->body = describe(c, &video, bounds);
    return NULL;
}

static const struct {
    enum err_code code;
    int status;
} statuses[] = {{ERR_INVALID, 400}, {ERR_NOT_FOUND, 404}, {ERR_UNIMPLEMENTED, 501}};

/* GET /oembed?url= : how to show a video's page inside another (oembed.com, section 2). What goes
 * wrong is told by HTTP's status there. */
struct err *share_oembed(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct err *e = answer(self, c, req, reply);

    http_reply_header(reply, "Access-Control-Allow-Origin", "*");
    for (size_t i = 0; e && i < COUNT(statuses); i++) {
        if (e->code == statuses[i].code) {
            envelope_fail(self, c, NULL, statuses[i].status, e, reply);
            return NULL;
        }
    }
    return e;
}
