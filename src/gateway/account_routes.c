/* /douyin/user/... and /api/v1/me/password : accounts, logins, profiles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "login_limits.h"
#include "page.h"
#include "passwords.h"
#include "rate_limits.h"
#include "tokens.h"
#include "utf8.h"

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

/* The owner of the account is where the request came from. */
static void at_home(struct gateway *g, const struct http_req *req, int64_t account, int64_t session)
{
    login_limits_succeeded(
        g->logins,
        &(struct login_attempt){.block = req->block, .account = account, .session = session});
}

/* POST /douyin/user/register/ */
struct err *account_register(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_sign_up_req account = {0};
    struct user_sign_up_resp made = {0};
    struct str password;

    TRY(http_text(req, c, STR("username"), &account.name));
    TRY(http_text(req, c, STR("password"), &password));
    TRY(rate_limits_take(g->limits, c, RATE_REGISTER, req->block));
    TRY(passwords_hash(g->passwords, c, password, &account.password_hash));
    TRY(user_sign_up(g->deps.services.user, c, &account, &made));
    at_home(g, req, made.id, made.session);
    reply_token(g, c, &(struct token_claims){made.id, made.session}, reply);
    return NULL;
}

static struct err *wrong_password(struct ctx *c)
{
    return err_reason(c, ERR_UNAUTHENTICATED, "wrong_password", "wrong user name or password");
}

/* Told only to who knows the password: others see the same as for any account. */
static struct err *banned(struct ctx *c, struct str reason)
{
    if (!reason.len)
        return err_reason(c, ERR_FORBIDDEN, "banned", "this account is banned");
    return err_reason(c, ERR_FORBIDDEN, "banned", "this account is banned: " STR_FMT,
                      STR_ARG(reason));
}

/* Zeroed: nobody has that name. */
static struct err *find_account(struct gateway *g, struct ctx *c, struct str name,
                                struct user_get_credentials_resp *out)
{
    struct user_get_credentials_req by = {.name = name};
    struct err *e = name.len ? user_get_credentials(g->deps.services.user, c, &by, out) : NULL;

    return e && e->code != ERR_NOT_FOUND ? e : NULL;
}

/* Only failures count, and nobody by that name takes as long as a wrong password. */
static struct err *check_login(struct gateway *g, struct ctx *c, const struct http_req *req,
                               struct str name, struct user_get_credentials_resp *out)
{
    TRY(login_limits_check_address(g->logins, c, req->block));
    TRY(find_account(g, c, name, out));
    const struct login_attempt attempt = {req->block, name, out->id, out->session};

    TRY(login_limits_check(g->logins, c, &attempt));
    if (!passwords_match(g->passwords, c, http_param(req, STR("password")), out->password_hash)) {
        TRY(login_limits_failed(g->logins, c, &attempt));
        return wrong_password(c);
    }
    if (out->banned_at)
        return banned(c, out->ban_reason);
    at_home(g, req, out->id, out->session);
    return NULL;
}

/* POST /douyin/user/login/ */
struct err *account_login(void *self, struct ctx *c, const struct http_req *req,
                          struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_get_credentials_resp found = {0};
    struct str name = http_param(req, STR("username"));

    TRY(check_login(g, c, req, utf8_valid(name) ? name : STR(""), &found));
    reply_token(g, c, &(struct token_claims){found.id, found.session}, reply);
    return NULL;
}

/* Who holds a token that is not his may not guess without end either. */
static struct err *check_old_password(struct gateway *g, struct ctx *c, const struct http_req *req)
{
    struct user_get_credentials_req by = {.id = c->user_id};
    struct user_get_credentials_resp old = {0};

    TRY(login_limits_check_address(g->logins, c, req->block));
    TRY(user_get_credentials(g->deps.services.user, c, &by, &old));
    const struct login_attempt attempt = {req->block, STR(""), old.id, old.session};

    TRY(login_limits_check(g->logins, c, &attempt));
    if (passwords_match(g->passwords, c, http_param(req, STR("old_password")), old.password_hash))
        return NULL;
    TRY(login_limits_failed(g->logins, c, &attempt));
    return err_reason(c, ERR_UNAUTHENTICATED, "wrong_password", "the old password is wrong");
}

/* POST /api/v1/me/password : ends every older session. */
struct err *account_password(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct user_set_password_req change = {.id = c->user_id};
    struct user_set_password_resp done = {0};
    struct str password;

    TRY(http_text(req, c, STR("new_password"), &password));
    TRY(check_old_password(g, c, req));
    TRY(passwords_hash(g->passwords, c, password, &change.password_hash));
    TRY(user_set_password(g->deps.services.user, c, &change, &done));
    at_home(g, req, c->user_id, done.session);
    reply_token(g, c, &(struct token_claims){c->user_id, done.session}, reply);
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
