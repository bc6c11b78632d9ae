/* Admission: every request's trace, limits, identity and body, before its handler. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "browser_login.h"
#include "gateway_parts.h"
#include "http_server.h"
#include "look.h"
#include "rate_limits.h"
#include "request_origin.h"
#include "signed_in.h"
#include "tokens.h"
#include "trace.h"
#include "uploads.h"

/* The parameter of the contract, or else the usual header (contract, section 1.2). */
static struct str token_of(const struct http_req *req)
{
    struct str token = http_param(req, STR("token"));
    struct str header = req->headers[HTTP_AUTHORIZATION];

    if (token.len)
        return token;
    return str_eq_nocase(str_cut(&header, ' '), STR("bearer")) ? str_trim(header) : (struct str){0};
}

static struct err *bad_token(struct ctx *c)
{
    return err_reason(c, ERR_UNAUTHENTICATED, "bad_token", "please log in");
}

static struct err *identify_here(struct gateway *g, struct ctx *c,
                                 const struct token_claims *claims)
{
    int64_t session = 0;

    TRY(near_session(g->near, c, claims->user_id, &session));
    if (session != claims->session)
        return bad_token(c);
    c->user_id = claims->user_id;
    return NULL;
}

/* Of somebody who only reads it is asked together with what he reads. */
static struct err *identify_elsewhere(struct ctx *c, struct look *look, int64_t user_id,
                                      struct look **open)
{
    c->user_id = user_id;
    if (!open)
        return look_join(look);
    *open = look;
    return NULL;
}

/* A token is good while its signature and date hold and its session version is the account's. */
static struct err *identify(struct gateway *g, struct ctx *c, struct str token, int access,
                            struct look **open)
{
    struct token_claims claims;

    if (!tokens_verify(g->tokens, token, &claims))
        return bad_token(c);
    if (g->near)
        return identify_here(g, c, &claims);
    return identify_elsewhere(c, look_at_session(g, c, &claims, access == ACCESS_LENIENT),
                              claims.user_id, open);
}

static struct err *find_login_here(struct gateway *g, struct ctx *c,
                                   const struct user_find_login_req *login)
{
    struct user_login found;
    int64_t session = 0;

    TRY(near_login(g->near, c, login, &found));
    TRY(near_session(g->near, c, login->user_id, &session));
    if (!browser_login_holds(&found, g->options.token_ttl_s) || found.session != session)
        return bad_token(c);
    c->user_id = login->user_id;
    return NULL;
}

/* A browser sends what it holds by itself: where nobody has to be signed in, a session that has
 * ended is the same as none, and so is any on a request that no page of ours has made. */
static struct err *identify_browser(struct gateway *g, struct ctx *c, const struct http_req *req,
                                    int access, struct look **open)
{
    struct user_find_login_req login;
    bool optional = access != ACCESS_SIGNED_IN;

    if (!request_origin_is_own(req) && req->method != HTTP_GET)
        return err_reason(c, ERR_FORBIDDEN, "cross_site", "this was asked from another site");
    if (!request_origin_is_own(req) || !browser_login_read(c, req, &login))
        return optional ? NULL : bad_token(c);
    if (!g->near)
        return identify_elsewhere(c, look_at_login(g, c, &login, access), login.user_id, open);
    struct err *e = find_login_here(g, c, &login);

    return e && optional && e->code == ERR_UNAUTHENTICATED ? NULL : e;
}

/* *open: what is still to be confirmed; `open` NULL: now. */
static struct err *check_identity(struct gateway *g, struct ctx *c, int access,
                                  const struct http_req *req, struct look **open)
{
    struct str token = token_of(req);
    struct err *e = NULL;

    if (access == ACCESS_PUBLIC)
        return NULL;
    if (token.len)
        e = identify(g, c, token, access, open);
    else if (browser_login_value(req).len)
        e = identify_browser(g, c, req, access, open);
    else if (access == ACCESS_SIGNED_IN)
        e = bad_token(c);
    return e && access == ACCESS_LENIENT && e->code == ERR_UNAUTHENTICATED ? NULL : e;
}

struct err *gateway_viewer(struct gateway *g, struct ctx *c, const struct http_req *req)
{
    return check_identity(g, c, ACCESS_LENIENT, req, NULL);
}

static struct err *check_account_limit(struct gateway *g, struct ctx *c, int access)
{
    enum rate_limit_kind kind = (enum rate_limit_kind)(access >> ACCESS_LIMIT_SHIFT);
    struct str who = {(const char *)&c->user_id, sizeof(c->user_id)};

    return rate_limits_take(g->limits, c, kind, who);
}

struct err *gateway_admit(void *gateway, struct ctx *c, const struct http_route *route,
                          struct http_req *req)
{
    struct gateway *g = gateway;
    struct trace_id parent;
    struct look *open = NULL;

    if (req->headers[HTTP_TRACEPARENT].len && trace_parse(req->headers[HTTP_TRACEPARENT], &parent))
        c->trace = trace_child(parent);
    TRY(rate_limits_take(g->limits, c, RATE_REQUEST, req->block));
    TRY(check_identity(g, c, route->access & ACCESS_MASK, req,
                       req->method == HTTP_GET ? &open : NULL));
    req->admission = open;
    TRY(check_account_limit(g, c, route->access));
    return str_starts(route->path, STR("/api/")) ? req->no_object : NULL;
}

/* Also when the handler failed: who is not who he says hears nothing else. */
struct err *gateway_confirm(void *gateway, struct ctx *c, const struct http_req *req, struct err *e)
{
    struct look *look = req->admission;

    (void)gateway;
    if (!look || !look->session.open)
        return e;
    TRY(look_join(look));
    return c->user_id || e ? e : bad_token(c); /* it was made for somebody */
}

bool gateway_browser(struct ctx *c, const struct http_req *req, struct user_find_login_req *out)
{
    return !token_of(req).len && request_origin_is_own(req) && browser_login_read(c, req, out);
}

void signed_in_read(struct gateway *g, struct ctx *c, const struct http_req *req,
                    struct signed_in *out)
{
    *out = (struct signed_in){0};
    if (!gateway_browser(c, req, &out->login))
        (void)tokens_verify(g->tokens, token_of(req), &out->claims);
}

struct err *signed_in_check(struct gateway *g, struct ctx *c, const struct signed_in *who)
{
    const struct user_find_login_req *login = &who->login;

    if (g->near)
        return login->id ? find_login_here(g, c, login) : identify_here(g, c, &who->claims);
    c->user_id = login->id ? login->user_id : who->claims.user_id;
    return look_join(login->id ? look_at_login(g, c, login, ACCESS_SIGNED_IN)
                               : look_at_session(g, c, &who->claims, false));
}

void gateway_set_cookie(struct gateway *g, struct ctx *c, const struct http_req *req,
                        struct str value, struct http_reply *reply)
{
    bool secure = req->https || str_starts(g->options.public_url, STR("https://"));

    http_reply_header(reply, "Set-Cookie",
                      browser_login_header(c, value, g->options.token_ttl_s, secure));
    http_reply_header(reply, "Cache-Control", "no-store");
}

/* A token behind the file is not here yet: then all of it is checked when the body is. */
struct err *gateway_expect(void *gateway, struct ctx *c, const struct http_route *route,
                           const struct http_req *req, int64_t bytes, bool keeping)
{
    struct gateway *g = gateway;

    if (keeping)
        TRY(uploads_check_room(g, c));
    bool whole = http_route_whole(route); /* nothing stands before or behind the file */

    if (!token_of(req).len && !browser_login_value(req).len && !whole)
        return NULL;
    TRY(check_identity(g, c, route->access & ACCESS_MASK, req, NULL));
    if (whole) /* a piece's room was claimed before; a picture takes the place of another */
        return NULL;
    /* A stated length is of the form, and HTTP_FORM_MAX the most of it that is not the file. */
    if (!keeping)
        bytes = bytes > HTTP_FORM_MAX ? bytes - HTTP_FORM_MAX : 0;
    return uploads_check_quota(g, c, bytes);
}
