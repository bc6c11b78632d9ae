/* A gateway whose services are elsewhere: made, asked, and taken down. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "look_fixture.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "api_codec.h"
#include "browser_login.h"
#include "comment_api_stub.h"
#include "favorite_api_stub.h"
#include "log.h"
#include "message_api_stub.h"
#include "metrics.h"
#include "notice_api_stub.h"
#include "relation_api_stub.h"
#include "tokens.h"
#include "user_api_stub.h"
#include "video_api_stub.h"

/* ---- counting ---- */

static void count_call(struct traffic *t, const char *path)
{
    t->rounds += t->calls == 0 || t->waited;
    t->calls++;
    t->waited = false;
    t->last = path;
}

static struct err *is_away(struct ctx *c)
{
    return err_reason(c, ERR_UNAVAILABLE, "service_down", "nobody is there");
}

static struct err *counted_call(void *self, const struct api_method *m, struct ctx *c,
                                const void *req, void *resp)
{
    struct way *way = self;

    count_call(way->traffic, m->path);
    way->traffic->waited = true;
    return way->away ? is_away(c) : api_call(&way->inner, m, c, req, resp);
}

/* A started call, and what the inner transport keeps of it. */
struct counted {
    struct way *way;
    void (*finish)(struct call *call);
    void *flight;
};

static void counted_finish(struct call *call)
{
    struct counted *one = call->flight;

    one->way->traffic->waited = true;
    call->flight = one->flight;
    if (one->way->away)
        call->err = is_away(call->c);
    else
        one->finish(call);
}

static void counted_start(void *self, const struct api_method *m, const void *req, void *resp,
                          struct call *call)
{
    struct way *way = self;
    struct counted *one = arena_new(call->c->arena, struct counted);

    count_call(way->traffic, m->path);
    way->inner.start(way->inner.self, m, req, resp, call);
    *one = (struct counted){way, call->finish, call->flight};
    call->finish = counted_finish;
    call->flight = one;
}

static struct api_transport counted_transport(struct way *way, struct traffic *traffic,
                                              void *behind)
{
    *way = (struct way){.inner = api_codec_transport(behind), .traffic = traffic};
    return (struct api_transport){.call = counted_call, .start = counted_start, .self = way};
}

#define LOOK_STUB(f, x)                                                                         \
    do {                                                                                        \
        struct api_transport to_ = counted_transport(&(f)->x, &(f)->traffic, (f)->w->behind.x); \
        (f)->stubs.x = x##_stub_create(&to_);                                                   \
    } while (0)

/* ---- life ---- */

static void open_gateway(struct look_fixture *f)
{
    struct gateway_options options = {.public_url = STR("http://duan.test"),
                                      .token_secret = STR("0123456789abcdef0123456789abcdef"),
                                      .token_ttl_s = 3600,
                                      .bcrypt_cost = 4};
    const struct gateway_deps deps = {f->stubs, f->w->changes, NULL, f->metrics, f->log};

    assert_ok(&f->c, gateway_create(&f->c, &options, &deps, &f->g));
}

int look_setup(void **state)
{
    struct look_fixture *f = calloc(1, sizeof(*f));
    void *world;

    if (!f || world_setup(&world) != 0)
        abort();
    f->w = world;
    f->c.arena = &f->w->arena;
    LOOK_STUB(f, user);
    LOOK_STUB(f, video);
    LOOK_STUB(f, favorite);
    LOOK_STUB(f, comment);
    LOOK_STUB(f, relation);
    LOOK_STUB(f, message);
    LOOK_STUB(f, notice);
    f->null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    f->metrics = metrics_create();
    f->log = log_open(&(struct log_options){.fd = f->null, .format = LOG_FORMAT_JSON});
    open_gateway(f);
    *state = f;
    return 0;
}

int look_teardown(void **state)
{
    struct look_fixture *f = *state;
    void *world = f->w;

    gateway_destroy(f->g);
    log_close(f->log);
    metrics_destroy(f->metrics);
    (void)close(f->null);
    message_stub_destroy(f->stubs.message);
    notice_stub_destroy(f->stubs.notice);
    relation_stub_destroy(f->stubs.relation);
    comment_stub_destroy(f->stubs.comment);
    favorite_stub_destroy(f->stubs.favorite);
    video_stub_destroy(f->stubs.video);
    user_stub_destroy(f->stubs.user);
    free(f);
    return world_teardown(&world);
}

/* ---- one request ---- */

const struct http_route *look_route(const char *path)
{
    for (size_t i = 0; i < gateway_route_count; i++)
        if (str_eq(gateway_routes[i].path, str_of(path)))
            return &gateway_routes[i];
    fail_msg("no route %s", path);
    return NULL;
}

struct str look_token(struct look_fixture *f, int64_t user, int64_t session)
{
    return tokens_sign(f->g->tokens, &f->c, &(struct token_claims){user, session});
}

struct str look_browser(struct look_fixture *f, int64_t user, int64_t session)
{
    struct str cookie;
    struct user_find_login_req key = browser_login_new(&f->c, user, &cookie);
    struct user_add_login_req login = {user, key.id, key.secret_hash, session, STR("test")};
    struct user_add_login_resp done = {0};

    assert_ok(&f->c, user_add_login(f->w->behind.user, &f->c, &login, &done));
    return arena_str(f->c.arena, BROWSER_LOGIN_NAME "=" STR_FMT, STR_ARG(cookie));
}

static void add_param(struct http_req *req, struct str name, struct str value)
{
    req->query.at[req->query.count++] = (struct http_param){name, value};
}

struct err *look_ask(struct look_fixture *f, const struct asked *asked, struct str token,
                     struct http_reply *reply)
{
    const struct http_route *route = look_route(asked->route);
    const struct http_app *app = gateway_app(f->g);
    struct http_req req = {.method = route->method, .block = STR("test")};

    f->c = (struct ctx){.arena = &f->w->arena};
    f->traffic = (struct traffic){0};
    *reply = (struct http_reply){0};
    req.query.at = arena_array(f->c.arena, struct http_param, LOOK_PARAMS_MAX);
    if (asked->rest)
        req.rest = arena_str(f->c.arena, "%lld", (long long)asked->rest);
    for (size_t i = 0; asked->params[i]; i += 2)
        add_param(&req, str_of(asked->params[i]), str_of(asked->params[i + 1]));
    if (str_starts(token, STR(BROWSER_LOGIN_NAME "="))) {
        req.headers[HTTP_COOKIE] = token;
        req.headers[HTTP_SEC_FETCH_SITE] = STR("same-origin");
    } else if (token.len) {
        add_param(&req, STR("token"), token);
    }
    TRY(app->admit(app->self, &f->c, route, &req));
    return app->confirm(app->self, &f->c, &req, route->handle(app->self, &f->c, &req, reply));
}

size_t look_count(struct str text, const char *part)
{
    size_t count = 0, len = strlen(part);

    for (size_t i = 0; i + len <= text.len; i++)
        count += memcmp(text.ptr + i, part, len) == 0;
    return count;
}
