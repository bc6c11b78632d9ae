/* /api/v1/session... : signing in and out of a browser, and the list of browsers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "browser_login.h"
#include "envelope.h"
#include "page.h"
#include "request_origin.h"
#include "sign_in.h"

/* Another site could sign a browser in to an account of its own, and read what is done there; or
 * sign it out. */
static struct err *refuse_other_sites(struct ctx *c, const struct http_req *req)
{
    return request_origin_is_foreign(req)
               ? err_reason(c, ERR_FORBIDDEN, "cross_site", "this was asked from another site")
               : NULL;
}

/* A browser is signed in once at a time. */
static struct err *end_former(struct gateway *g, struct ctx *c, const struct http_req *req)
{
    struct user_find_login_req former;
    struct user_end_login_resp done = {0};

    if (!browser_login_read(c, req, &former))
        return NULL;
    struct user_end_login_req end = {former.user_id, former.id, 0};

    return user_end_login(g->deps.services.user, c, &end, &done);
}

static struct err *begin(struct gateway *g, struct ctx *c, const struct http_req *req,
                         int64_t user_id, int64_t session, struct http_reply *reply)
{
    struct str cookie;
    struct user_find_login_req key = browser_login_new(c, user_id, &cookie);
    struct user_add_login_req login = {user_id, key.id, key.secret_hash, session,
                                       req->headers[HTTP_USER_AGENT]};
    struct user_add_login_resp done = {0};

    TRY(end_former(g, c, req));
    TRY(user_add_login(g->deps.services.user, c, &login, &done));
    c->user_id = user_id;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct user_page page;

    TRY(page_load_users(look, (struct i64_list){&user_id, 1}, &page));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"user\":");
    (void)page_write_user(&j, &page.users[0], gateway_base_url(g, c, req), false);
    json_lit(&j, "}");
    envelope_end(&j, reply);
    gateway_set_cookie(g, c, req, cookie, reply);
    return NULL;
}

/* POST /api/v1/session */
struct err *session_begin(void *self, struct ctx *c, const struct http_req *req,
                          struct http_reply *reply)
{
    struct user_get_credentials_resp found = {0};

    TRY(refuse_other_sites(c, req));
    TRY(sign_in_check(self, c, req, &found));
    return begin(self, c, req, found.id, found.session, reply);
}

/* POST /api/v1/session/register */
struct err *session_register(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct user_sign_up_resp made = {0};

    TRY(refuse_other_sites(c, req));
    TRY(sign_in_register(self, c, req, &made));
    return begin(self, c, req, made.id, made.session, reply);
}

/* POST /api/v1/session/end */
struct err *session_end(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;

    TRY(refuse_other_sites(c, req));
    TRY(end_former(g, c, req));
    envelope_ok(reply);
    gateway_set_cookie(g, c, req, STR(""), reply);
    return NULL;
}

static int last_seen_first(const void *a, const void *b)
{
    int64_t x = ((const struct user_login *)a)->seen_at,
            y = ((const struct user_login *)b)->seen_at;

    return (x < y) - (x > y);
}

static void write_login(struct json *j, const struct user_login *login, bool current)
{
    json_lit(j, "{\"id\":");
    json_int(j, login->id);
    json_lit(j, ",\"created_at\":");
    json_int(j, login->began_at);
    json_lit(j, ",\"last_seen\":");
    json_int(j, login->seen_at);
    json_lit(j, ",\"agent\":");
    json_text(j, login->agent);
    json_lit(j, ",\"current\":");
    json_bool(j, current);
    json_lit(j, "}");
}

/* GET /api/v1/sessions */
struct err *session_list(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_list_logins_req ask = {c->user_id};
    struct user_list_logins_resp found = {0};
    struct user_find_login_req own = {0};
    size_t written = 0;

    TRY(user_list_logins(g->deps.services.user, c, &ask, &found));
    (void)gateway_browser(c, req, &own);
    if (found.logins.count)
        qsort(found.logins.at, found.logins.count, sizeof(*found.logins.at), last_seen_first);
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"sessions\":[");
    for (size_t i = 0; i < found.logins.count; i++) {
        const struct user_login *login = &found.logins.at[i];

        if (!browser_login_holds(login, g->options.token_ttl_s))
            continue;
        if (written++)
            json_lit(&j, ",");
        write_login(&j, login, login->id == own.id);
    }
    json_lit(&j, "]");
    envelope_end(&j, reply);
    return NULL;
}

static struct err *end_logins(struct gateway *g, struct ctx *c, int64_t id, int64_t but,
                              struct http_reply *reply)
{
    struct user_end_login_req end = {c->user_id, id, but};
    struct user_end_login_resp done = {0};

    TRY(user_end_login(g->deps.services.user, c, &end, &done));
    envelope_ok(reply);
    return NULL;
}

/* DELETE /api/v1/sessions/{id} : one that is not there has ended. */
struct err *session_drop(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    int64_t id;

    TRY(gateway_path_id(c, req, &id));
    return end_logins(self, c, id, 0, reply);
}

/* DELETE /api/v1/sessions : all but this one. */
struct err *session_drop_others(void *self, struct ctx *c, const struct http_req *req,
                                struct http_reply *reply)
{
    struct user_find_login_req own = {0};

    (void)gateway_browser(c, req, &own);
    return end_logins(self, c, 0, own.id, reply);
}
