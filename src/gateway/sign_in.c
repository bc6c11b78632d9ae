/* Signing in: limits on guessing, and passwords compared. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sign_in.h"

#include "contract_time.h"
#include "login_limits.h"
#include "passwords.h"
#include "rate_limits.h"
#include "utf8.h"

void sign_in_at_home(struct gateway *g, const struct http_req *req, int64_t account,
                     int64_t session)
{
    login_limits_succeeded(
        g->logins,
        &(struct login_attempt){.block = req->block, .account = account, .session = session});
}

struct err *sign_in_register(struct gateway *g, struct ctx *c, const struct http_req *req,
                             struct user_sign_up_resp *out)
{
    struct user_sign_up_req account = {0};
    struct str password;

    TRY(http_text(req, c, STR("username"), &account.name));
    TRY(http_text(req, c, STR("password"), &password));
    TRY(rate_limits_take(g->limits, c, RATE_REGISTER, req->block));
    TRY(passwords_hash(g->passwords, c, password, &account.password_hash));
    TRY(user_sign_up(g->deps.services.user, c, &account, out));
    sign_in_at_home(g, req, out->id, out->session);
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

/* The same: a closed account is there for nobody but its owner. */
static struct err *closed(struct gateway *g, struct ctx *c, int64_t until)
{
    struct str day = contract_time_day(c, until, g->options.zone_offset_min);

    return err_reason(c, ERR_FORBIDDEN, "account_closed",
                      "this account will be removed on " STR_FMT "; log in with undo=1 to keep it",
                      STR_ARG(day));
}

/* Who has closed his account wants it back, or hears that it is about to go. */
static struct err *check_open(struct gateway *g, struct ctx *c, const struct http_req *req,
                              struct user_get_credentials_resp *account)
{
    const struct user_reopen_req open = {account->id};
    struct user_reopen_resp done = {0};

    if (!account->closed_until)
        return NULL;
    if (!str_eq(http_param(req, STR("undo")), STR("1")))
        return closed(g, c, account->closed_until);
    TRY(user_reopen(g->deps.services.user, c, &open, &done));
    account->session = done.session;
    return NULL;
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
struct err *sign_in_check(struct gateway *g, struct ctx *c, const struct http_req *req,
                          struct user_get_credentials_resp *out)
{
    struct str typed = http_param(req, STR("username")), name = utf8_valid(typed) ? typed : STR("");

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
    TRY(check_open(g, c, req, out));
    sign_in_at_home(g, req, out->id, out->session);
    return NULL;
}

/* Who holds a session that is not his may not guess without end either. */
struct err *sign_in_check_again(struct gateway *g, struct ctx *c, const struct http_req *req,
                                struct str name)
{
    struct user_get_credentials_req by = {.id = c->user_id};
    struct user_get_credentials_resp old = {0};

    TRY(login_limits_check_address(g->logins, c, req->block));
    TRY(user_get_credentials(g->deps.services.user, c, &by, &old));
    const struct login_attempt attempt = {req->block, STR(""), old.id, old.session};

    TRY(login_limits_check(g->logins, c, &attempt));
    if (passwords_match(g->passwords, c, http_param(req, name), old.password_hash))
        return NULL;
    TRY(login_limits_failed(g->logins, c, &attempt));
    return err_reason(c, ERR_UNAUTHENTICATED, "wrong_password", "the password is wrong");
}
