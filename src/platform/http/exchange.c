/* Exchanges: routing, bodies, executors, replies. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "exchange.h"

#include <pthread.h>
#include <stdlib.h>

#include "clock.h"
#include "mhd_reply.h"
#include "params.h"
#include "router.h"

enum { SPARE_MAX = 256, DISCARD_MAX = 64 << 20 };

enum stage { NEW, ASKING, READING, RUNNING, ANSWERED };

struct exchange {
    struct task task; /* first */
    struct exchanges *all;
    struct exchange *next_spare;
    struct MHD_Connection *conn;
    struct connection *connection;
    struct arena arena;
    struct ctx c;
    const char *target_end; /* in the library's memory; for the guard alone */
    struct str target;      /* our copy, as sent */
    struct mhd_head head;
    struct request_body body;
    struct http_req req;
    struct http_reply reply;
    const struct http_route *route;
    enum stage stage;
    struct address_count *place; /* among the uploads */
    bool target_too_long, busy;  /* busy: an executor's queue was full */
    struct {                     /* what the application is to say of a file, elsewhere */
        int64_t bytes;
        bool keeping, open; /* open: not asked yet */
    } question;
    struct err *refusal; /* its answer to the head */
    int64_t began_ns, bytes_out;
};

static enum MHD_Result run_on(struct exchange *x, enum http_where where,
                              struct err *(*run)(struct task *task),
                              void (*done)(struct task *task, struct err *e));

/* ---- beginning and end ---- */

static struct exchange *take_spare(struct exchanges *all)
{
    pthread_mutex_lock(&all->lock);
    struct exchange *x = all->spare;

    if (x) {
        all->spare = x->next_spare;
        all->spare_count--;
    }
    pthread_mutex_unlock(&all->lock);
    if (!x)
        x = calloc(1, sizeof(*x));
    if (!x)
        abort();
    return x;
}

/* What is kept of an exchange is its arena's first block. */
static void give_spare(struct exchanges *all, struct exchange *x)
{
    struct arena arena = x->arena;

    pthread_mutex_lock(&all->lock);
    bool keep = all->spare_count < SPARE_MAX;

    if (keep) {
        *x = (struct exchange){.arena = arena, .next_spare = all->spare};
        all->spare = x;
        all->spare_count++;
    }
    pthread_mutex_unlock(&all->lock);
    if (keep)
        return;
    arena_fini(&x->arena);
    free(x);
}

void exchanges_fini(struct exchanges *all)
{
    for (struct exchange *x = all->spare, *next; x; x = next) {
        next = x->next_spare;
        arena_fini(&x->arena);
        free(x);
    }
    all->spare = NULL;
    all->spare_count = 0;
}

struct exchange *exchange_begin(struct exchanges *all, struct connection *connection,
                                const char *target)
{
    struct exchange *x = take_spare(all);
    size_t len = strlen(target);

    connection_enter(connection, CONNECTION_HEADERS);
    atomic_fetch_add(&all->under_way, 1);
    x->all = all;
    x->connection = connection;
    x->began_ns = clock_monotonic_ns();
    x->c.arena = &x->arena;
    x->target_end = mhd_guard_uri(target);
    x->target_too_long = len > HTTP_TARGET_MAX;
    if (!x->target_too_long)
        x->target = arena_copy(&x->arena, (struct str){target, len});
    x->body.file = -1;
    return x;
}

void exchange_end(struct exchange *x, bool completed)
{
    struct exchanges *all = x->all;
    bool lasted = http_reply_lasts(&x->reply); /* then who is done with it goes */
    struct http_done done = {
        .route = x->route,
        .method = x->req.method,
        .path = x->req.path,
        .peer = x->req.peer,
        .user_agent = x->req.headers[HTTP_USER_AGENT],
        .status = completed || lasted ? x->reply.status : 0,
        .duration_ns = clock_monotonic_ns() - x->began_ns,
        .bytes_in = x->body.received,
        .bytes_out = lasted ? x->reply.stream->sent : x->bytes_out,
        .lasted = lasted,
    };

    connection_enter(x->connection, CONNECTION_IDLE);
    if (x->stage == ANSWERED)
        all->app->observe(all->app->self, &x->c, &done);
    upload_places_give(all->uploads, x->place);
    request_body_drop(&x->body);
    mhd_reply_end(&x->reply);
    arena_reset(&x->arena);
    give_spare(all, x);
    atomic_fetch_sub(&all->under_way, 1);
}

/* ---- answering ---- */

static enum MHD_Result answer(struct exchange *x)
{
    const struct http_app *app = x->all->app;
    bool too_much = x->body.failed && x->body.received > x->body.limits.max;

    if (!x->reply.status)
        x->reply.status = MHD_HTTP_OK;
    app->decorate(app->self, &x->c, &x->req, &x->reply);
    x->bytes_out = mhd_reply_length(&x->reply);
    x->stage = ANSWERED;
    if (x->reply.stream)
        x->reply.stream->gone = &x->connection->gone;
    connection_enter(x->connection,
                     http_reply_lasts(&x->reply) ? CONNECTION_STREAM : CONNECTION_REPLY);
    return mhd_reply_queue(x->conn, &x->reply,
                           x->head.chunked || too_much || atomic_load(&x->all->draining));
}

static void fail(struct exchange *x, int status, const struct err *e)
{
    const struct http_app *app = x->all->app;
    struct http_reply failed = x->reply;

    mhd_reply_drop(&failed);
    x->reply = (struct http_reply){.status = status};
    app->fail(app->self, &x->c, x->route, status, e, &x->reply);
}

static enum MHD_Result refuse(struct exchange *x, int status, const struct err *e)
{
    fail(x, status, e);
    return answer(x);
}

static enum MHD_Result refuse_busy(struct exchange *x, const char *what)
{
    atomic_fetch_add(&x->all->refused_busy, 1);
    return refuse(x, MHD_HTTP_SERVICE_UNAVAILABLE,
                  err_new(&x->c, ERR_EXHAUSTED, "too busy: %s", what));
}

/* ---- the head ---- */

static enum MHD_Result refuse_head(struct exchange *x, unsigned status)
{
    atomic_fetch_add(&x->all->refused_framing, 1);
    return refuse(x, (int)status, err_new(&x->c, ERR_INVALID, "malformed or too large request"));
}

/* The target's parts, once the guard has let it pass. */
static bool parse_target(struct exchange *x)
{
    struct str query = router_target_path(x->target);
    struct str path = str_cut(&query, '?');

    x->req.path = params_decode(&x->arena, path, false);
    return path.len && path.ptr[0] == '/' && !memchr(x->req.path.ptr, 0, x->req.path.len) &&
           params_parse(&x->arena, query, HTTP_PARAMS_MAX, &x->req.query);
}

static enum MHD_Result refuse_method(struct exchange *x, const char *allow)
{
    http_reply_header(&x->reply, "Allow", allow);
    struct http_reply kept = x->reply;

    fail(x, MHD_HTTP_METHOD_NOT_ALLOWED, err_new(&x->c, ERR_INVALID, "use %s here", allow));
    http_reply_header(&x->reply, kept.headers[0].name, kept.headers[0].value);
    return answer(x);
}

static enum MHD_Result refuse_large(struct exchange *x, int64_t max)
{
    return refuse(x, MHD_HTTP_CONTENT_TOO_LARGE,
                  err_reason(&x->c, ERR_INVALID, "too_large", "the body is larger than %lld bytes",
                             (long long)max));
}

/* Does what the application says come from elsewhere? Then nothing of it runs on this thread. */
static bool may_block(const struct exchange *x)
{
    return x->all->options->executors[HTTP_INLINE] != NULL;
}

static void set_deadline(struct exchange *x)
{
    x->c.deadline_ns = clock_monotonic_ns() + x->all->options->request_timeout_ms * CLOCK_NS_PER_MS;
}

static struct err *answer_question(struct task *task)
{
    struct exchange *x = (struct exchange *)task;
    const struct http_app *app = x->all->app;

    return app->expect(app->self, &x->c, x->route, &x->req, x->question.bytes, x->question.keeping);
}

/* Who the client is may stand in the fields before the file. */
static struct err *expect_file(void *self, const struct http_params *before, int64_t bytes)
{
    struct exchange *x = self;

    x->req.body = *before;
    x->question.bytes = bytes;
    x->question.keeping = true;
    x->question.open = may_block(x);
    return x->question.open ? NULL : answer_question(&x->task);
}

/* The connection is suspended: nobody else touches the request. */
static void question_answered(struct task *task, struct err *e)
{
    struct exchange *x = (struct exchange *)task;

    if (x->stage == ASKING)
        x->refusal = e;
    else if (e)
        request_body_refuse(&x->body, e);
    connection_enter(x->connection, x->stage == ASKING ? CONNECTION_HEADERS : CONNECTION_BODY);
    MHD_resume_connection(x->conn);
}

static enum MHD_Result ask(struct exchange *x)
{
    x->question.open = false;
    set_deadline(x);
    connection_enter(x->connection, CONNECTION_BUSY);
    return run_on(x, HTTP_INLINE, answer_question, question_answered);
}

static enum MHD_Result begin_body(struct exchange *x)
{
    struct request_body_limits limits = {
        .spool_dir = x->all->options->spool_dir,
        .max = request_body_max(x->route, atomic_load(&x->all->upload_max_bytes)),
        .upload = x->route->upload,
        .expect = expect_file,
        .self = x,
    };

    if (x->refusal)
        return refuse(x, x->busy ? MHD_HTTP_SERVICE_UNAVAILABLE : 0, x->refusal);
    if (x->head.length > 0 || x->head.chunked) {
        request_body_begin(&x->body, &x->c, x->head.content_type, &limits);
        connection_enter(x->connection, CONNECTION_BODY);
    }
    x->stage = READING;
    return MHD_YES;
}

/* Is a file of that length welcome? */
static enum MHD_Result expect_upload(struct exchange *x)
{
    x->place = upload_places_take(x->all->uploads, x->req.peer);
    if (!x->place)
        return refuse_busy(x, "uploads");
    x->question.bytes = x->head.length;
    if (may_block(x)) {
        x->stage = ASKING;
        return ask(x);
    }
    x->refusal = answer_question(&x->task);
    return begin_body(x);
}

/* What comes next is the body, if there is one. */
static enum MHD_Result expect_body(struct exchange *x)
{
    int64_t max = request_body_max(x->route, atomic_load(&x->all->upload_max_bytes));

    if (x->head.length > max)
        return refuse_large(x, max);
    return x->route->upload ? expect_upload(x) : begin_body(x);
}

/* Behind a proxy that we trust the client is who it says. */
static void find_client(struct exchange *x)
{
    const struct proxies *p = x->all->proxies;
    struct str header = p->header == PROXIES_FORWARDED ? STR("forwarded") : STR("x-forwarded-for");
    struct proxies_client client;

    if (!x->connection->proxied)
        return;
    struct proxies_said said = {
        .addresses = mhd_guard_join(x->conn, &x->arena, header),
        .scheme = mhd_guard_join(x->conn, &x->arena, STR("x-forwarded-proto")),
    };
    proxies_resolve(p, &x->connection->address, &said, &client);
    char *peer = arena_bytes(&x->arena, ADDRESS_TEXT),
         *block = arena_bytes(&x->arena, ADDRESS_TEXT);

    address_format(&client.address, peer);
    address_format_block(&client.address, block);
    x->req.peer = str_of(peer);
    x->req.block = str_of(block);
    x->req.https = client.https;
}

static enum MHD_Result read_head(struct exchange *x, const char *method, const char *version)
{
    const struct http_app *app = x->all->app;

    x->req.peer = str_of(x->connection->peer);
    x->req.block = str_of(x->connection->block);
    mhd_guard_check(x->conn, method, x->target_end, version, &x->head);
    if (x->head.refused)
        return refuse_head(x, x->head.refused);
    if (x->target_too_long)
        return refuse_head(x, MHD_HTTP_URI_TOO_LONG);
    memcpy(x->req.headers, x->head.known, sizeof(x->req.headers));
    find_client(x);
    x->c.request_id = router_request_id(&x->arena, x->req.headers[HTTP_REQUEST_ID]);
    if (!parse_target(x))
        return refuse_head(x, MHD_HTTP_BAD_REQUEST);
    bool known_method = router_method(method, &x->req);
    unsigned allowed;

    x->route = router_find(app->routes, app->route_count, known_method, &x->req, &allowed);
    if (!x->route && allowed)
        return refuse_method(x, router_allow(&x->arena, allowed));
    if (!x->route)
        return refuse(x, MHD_HTTP_NOT_FOUND, err_new(&x->c, ERR_NOT_FOUND, "no such page"));
    return expect_body(x);
}

/* ---- running ---- */

static struct err *run_handler(struct task *task)
{
    struct exchange *x = (struct exchange *)task;

    return x->route->handle(x->all->app->self, &x->c, &x->req, &x->reply);
}

static struct err *admit(struct exchange *x)
{
    const struct http_app *app = x->all->app;

    return app->admit(app->self, &x->c, x->route, &x->req);
}

/* All of it on one thread that may wait; a handler that asks to be moved is there already. */
static struct err *admit_and_run(struct task *task)
{
    struct exchange *x = (struct exchange *)task;
    const struct http_app *app = x->all->app;

    TRY(admit(x));
    struct err *e = run_handler(task);

    TRY(app->confirm ? app->confirm(app->self, &x->c, &x->req, e) : e);
    if (x->reply.move_to == HTTP_INLINE)
        return NULL;
    x->reply.move_to = HTTP_INLINE;
    x->req.moved = true;
    return run_handler(task);
}

static void handler_done(struct task *task, struct err *e)
{
    struct exchange *x = (struct exchange *)task;

    if (e)
        fail(x, x->busy ? MHD_HTTP_SERVICE_UNAVAILABLE : 0, e);
    MHD_resume_connection(x->conn);
}

/* Suspended before it can be resumed; a full queue is answered as if it had run. */
static enum MHD_Result run_on(struct exchange *x, enum http_where where,
                              struct err *(*run)(struct task *task),
                              void (*done)(struct task *task, struct err *e))
{
    x->task = (struct task){.c = &x->c, .run = run, .done = done};
    MHD_suspend_connection(x->conn);
    if (!executor_submit(x->all->options->executors[where], &x->task)) {
        atomic_fetch_add(&x->all->refused_busy, 1);
        x->busy = true;
        done(&x->task, err_new(&x->c, ERR_EXHAUSTED, "too busy"));
    }
    return MHD_YES;
}

static enum MHD_Result run_inline(struct exchange *x)
{
    struct err *e = run_handler(&x->task);
    enum http_where where = x->reply.move_to;

    if (e)
        fail(x, 0, e);
    if (e || where == HTTP_INLINE)
        return answer(x);
    x->reply.move_to = HTTP_INLINE;
    x->req.moved = true;
    return run_on(x, where, run_handler, handler_done);
}

static enum MHD_Result admit_and_start(struct exchange *x)
{
    struct err *e = admit(x);

    if (e)
        return refuse(x, 0, e);
    x->stage = RUNNING;
    connection_enter(x->connection, CONNECTION_BUSY);
    if (x->route->where == HTTP_INLINE)
        return run_inline(x);
    return run_on(x, x->route->where, run_handler, handler_done);
}

static enum MHD_Result run(struct exchange *x)
{
    struct err *e = request_body_end(&x->body, &x->c, &x->req);

    set_deadline(x); /* from here on: a large upload may have taken its time */
    if (e && e->reason && e->code == ERR_INVALID)
        return refuse_large(x, x->body.limits.max);
    if (e)
        return refuse(x, 0, e);
    if (!may_block(x))
        return admit_and_start(x);
    x->stage = RUNNING;
    connection_enter(x->connection, CONNECTION_BUSY);
    return run_on(x, x->route->where, admit_and_run, handler_done);
}

/* A body far over its limit, of a client that does not stop, ends the connection. */
static enum MHD_Result read_body(struct exchange *x, struct str *data)
{
    request_body_feed(&x->body, &x->c, *data);
    atomic_fetch_add_explicit(&x->connection->bytes, (int64_t)data->len, memory_order_relaxed);
    data->len = 0;
    if (x->body.received > x->body.limits.max + DISCARD_MAX)
        return MHD_NO;
    return x->question.open && !x->body.failed ? ask(x) : MHD_YES;
}

enum MHD_Result exchange_handle(struct exchange *x, struct MHD_Connection *conn, const char *method,
                                const char *version, struct str *data)
{
    x->conn = conn;
    switch (x->stage) {
    case NEW:
        return read_head(x, method, version);
    case ASKING:
        return begin_body(x);
    case READING:
        return data->len ? read_body(x, data) : run(x);
    case RUNNING:
        return answer(x);
    default:
        data->len = 0; /* refused already: the library closes after the reply */
        return MHD_YES;
    }
}
