/* /api/v1/me : what a client asks first, and what people change about themselves. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "browser_login.h"
#include "clock.h"
#include "envelope.h"
#include "limits.h"
#include "media_limits.h"
#include "page.h"
#include "pictures.h"
#include "unread.h"

enum { SEEN_EVERY_MS = 3600 * CLOCK_MS_PER_S };

static void write_number(struct json *j, struct str name, int64_t value)
{
    json_raw(j, name);
    json_int(j, value);
}

static void write_limits(struct json *j, struct gateway *g)
{
    write_number(j, STR(",\"limits\":{\"upload_bytes\":"), atomic_load(&g->upload_max));
    write_number(j, STR(",\"upload_seconds\":"), MEDIA_SECONDS_MAX);
    write_number(j, STR(",\"caption\":"), TITLE_MAX_CHARS);
    write_number(j, STR(",\"comment\":"), COMMENT_MAX_CHARS);
    json_lit(j, "}");
}

/* ---- when a browser was seen ---- */

/* Asked of the near cache, or of what the page's first round has brought. */
static struct err *find_seen(struct look *look, const struct user_find_login_req *login,
                             int64_t *seen_at)
{
    struct user_login found = look->session.found;

    if (look_is_local(look))
        TRY(near_login(look->g->near, look->c, login, &found));
    *seen_at = found.seen_at;
    return NULL;
}

/* The client opens with this question, so it is by it that a browser is seen: once an hour at most,
 * where it may be written. Its cookie begins anew, too. */
static struct err *note_seen(struct look *look, const struct http_req *req,
                             struct http_reply *reply)
{
    struct user_find_login_req own;
    struct user_see_login_resp done = {0};
    int64_t seen_at;

    if (!look->c->user_id || !gateway_browser(look->c, req, &own))
        return NULL;
    TRY(find_seen(look, &own, &seen_at));
    if (clock_wall_ms() - seen_at < SEEN_EVERY_MS)
        return NULL;
    if (!req->moved) {
        reply->move_to = HTTP_WORKER;
        return NULL;
    }
    struct user_see_login_req see = {own.user_id, own.id};

    TRY(user_see_login(look->g->deps.services.user, look->c, &see, &done));
    gateway_set_cookie(look->g, look->c, req, browser_login_value(req), reply);
    return NULL;
}

/* ---- GET /api/v1/me ---- */

struct me {
    struct user_view user;
    struct user_get_settings_resp settings;
    struct notice_count_unread_resp unread; /* zeros, while nobody can say */
};

static void write_me(struct json *j, struct look *look, const struct http_req *req,
                     const struct me *me)
{
    json_lit(j, ",\"user\":");
    if (look->c->user_id) {
        (void)page_write_user(j, &me->user, gateway_base_url(look->g, look->c, req), false);
        json_lit(j, "}");
    } else {
        json_lit(j, "null");
    }
    write_number(j, STR(",\"unread\":{\"messages\":"), me->unread.messages);
    write_number(j, STR(",\"notifications\":"), me->unread.notices);
    json_lit(j, "}");
    write_limits(j, look->g);
    json_lit(j, ",\"settings\":");
    json_raw(j, look->c->user_id ? me->settings.settings : STR("{}"));
}

static struct err *load_me(struct look *look, struct me *out)
{
    const struct services *of = &look->g->deps.services;
    int64_t *id = arena_new(look->c->arena, int64_t);
    struct user_get_settings_req ask = {look->c->user_id};
    struct notice_count_unread_req count = {look->c->user_id};

    *id = look->c->user_id;
    user_get_settings_start(of->user, look->c, &ask, &out->settings, &look->calls);
    notice_count_unread_start(of->notice, look->c, &count, &out->unread, &look->calls);
    look_optional(look, DEGRADED_MESSAGES);
    look_users(look, (struct i64_list){id, 1}, true, &out->user);
    TRY(look_join(look));
    return unread_leave_out(look, &out->unread);
}

struct err *me_show(void *self, struct ctx *c, const struct http_req *req, struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(self, c, req);
    struct me me = {0};

    if (c->user_id)
        TRY(load_me(look, &me));
    if (!c->user_id) /* by now it may be known that he is not who he says */
        me = (struct me){0};
    TRY(note_seen(look, req, reply));
    struct json j = envelope_begin(c);

    write_me(&j, look, req, &me);
    envelope_end(&j, reply);
    return NULL;
}

/* ---- PATCH /api/v1/me ---- */

/* Nothing named is nothing changed, which would look like success. */
static struct err *read_change(struct ctx *c, const struct http_req *req, struct user_edit_req *out)
{
    out->id = c->user_id;
    out->with_name = http_given(req, STR("name"));
    out->with_signature = http_given(req, STR("signature"));
    out->name = http_param(req, STR("name"));
    out->signature = str_trim(http_param(req, STR("signature")));
    out->settings = http_param(req, STR("settings"));
    if (!out->with_name && !out->with_signature && !out->settings.len)
        return err_new(c, ERR_INVALID, "name, signature or settings must be given");
    return NULL;
}

/* As it is after the change: written, and told to the near cache, by a thread that waited. */
static struct err *show_changed(struct gateway *g, struct ctx *c, const struct http_req *req,
                                struct http_reply *reply)
{
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct user_page page;

    TRY(page_load_users(look, (struct i64_list){&c->user_id, 1}, &page));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"user\":");
    (void)page_write_user(&j, &page.users[0], gateway_base_url(g, c, req), false);
    json_lit(&j, "}");
    envelope_end(&j, reply);
    return NULL;
}

struct err *me_edit(void *self, struct ctx *c, const struct http_req *req, struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_edit_req change = {0};
    struct user_edit_resp done = {0};

    TRY(read_change(c, req, &change));
    TRY(user_edit(g->deps.services.user, c, &change, &done));
    return show_changed(g, c, req, reply);
}

/* ---- PUT /api/v1/me/avatar, /api/v1/me/background ---- */

static struct err *set_picture(struct gateway *g, struct ctx *c, const struct http_req *req,
                               bool background, struct http_reply *reply)
{
    if (!req->upload || !req->upload->size)
        return err_new(c, ERR_INVALID, "the body is missing: a picture");
    TRY(pictures_set(g, c, req->upload, background));
    return show_changed(g, c, req, reply);
}

struct err *me_avatar(void *self, struct ctx *c, const struct http_req *req,
                      struct http_reply *reply)
{
    return set_picture(self, c, req, false, reply);
}

struct err *me_background(void *self, struct ctx *c, const struct http_req *req,
                          struct http_reply *reply)
{
    return set_picture(self, c, req, true, reply);
}
