/* /douyin/user/..., /api/v1/me/password, DELETE /api/v1/me : accounts, logins, profiles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "page.h"
#include "passwords.h"
#include "sign_in.h"
#include "tokens.h"

static void reply_token(struct gateway *g, struct ctx *c, const struct token_claims *claims,
                        struct http_reply *reply)
{
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"user_id\":");
    json_int(&j, claims->user_id);
    json_lit(&j, ",\"token\":\"");
    json_raw(&j, tokens_sign(g->tokens, c, claims));
    json_lit(&j, "\"");
    envelope_end(&j, reply);
}

/* POST /douyin/user/register/ */
struct err *account_register(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_sign_up_resp made = {0};

    TRY(sign_in_register(g, c, req, &made));
    reply_token(g, c, &(struct token_claims){made.id, made.session}, reply);
    return NULL;
}

/* POST /douyin/user/login/ */
struct err *account_login(void *self, struct ctx *c, const struct http_req *req,
                          struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_get_credentials_resp found = {0};

    TRY(sign_in_check(g, c, req, &found));
    reply_token(g, c, &(struct token_claims){found.id, found.session}, reply);
    return NULL;
}

/* What the design of the client calls it, and what callers called it before. */
static struct err *new_password(struct ctx *c, const struct http_req *req, struct str *out)
{
    struct str name = http_param(req, STR("new")).len ? STR("new") : STR("new_password");

    return http_text(req, c, name, out);
}

/* POST /api/v1/me/password : ends every older session, but for that of the browser it came from. */
struct err *account_password(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_set_password_req change = {.id = c->user_id};
    struct user_set_password_resp done = {0};
    struct user_find_login_req own = {0};
    struct str password, old = http_param(req, STR("old")).len ? STR("old") : STR("old_password");

    TRY(new_password(c, req, &password));
    TRY(sign_in_check_again(g, c, req, old));
    TRY(passwords_hash(g->passwords, c, password, &change.password_hash));
    if (gateway_browser(c, req, &own))
        change.keep_login = own.id;
    TRY(user_set_password(g->deps.services.user, c, &change, &done));
    sign_in_at_home(g, req, c->user_id, done.session);
    if (own.id) /* script is to see no token */
        envelope_ok(reply);
    else
        reply_token(g, c, &(struct token_claims){c->user_id, done.session}, reply);
    return NULL;
}

/* DELETE /api/v1/me : closed at once, removed when it cannot be undone any more. */
struct err *account_close(void *self, struct ctx *c, const struct http_req *req,
                          struct http_reply *reply)
{
    struct gateway *g = self;
    const struct user_close_req ask = {c->user_id, g->options.undo_ms};
    struct user_close_resp done = {0};

    TRY(sign_in_check_again(g, c, req, STR("password")));
    TRY(user_close(g->deps.services.user, c, &ask, &done));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"until\":");
    json_int(&j, done.closed_until);
    envelope_end(&j, reply);
    gateway_set_cookie(g, c, req, STR(""), reply);
    return NULL;
}

/* GET /douyin/user/ */
struct err *account_show(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct user_page page;
    int64_t id;

    TRY(gateway_whose(c, req, &id));
    TRY(page_load_users(look, (struct i64_list){&id, 1}, &page));
    if (!page.users[0].id)
        return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no such user");
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"user\":");
    (void)page_write_user(&j, &page.users[0], gateway_base_url(g, c, req), page.followed[0]);
    json_lit(&j, "}");
    envelope_end(&j, reply);
    return NULL;
}
