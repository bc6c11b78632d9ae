/* Both sides of a call through bytes: encode, decode, serve, encode, decode. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api_codec.h"

/* The service's side; *reply is in its arena. */
static struct err *serve(const struct api_method *m, void *behind, struct ctx *far,
                         struct str request, struct str *reply)
{
    void *req = codec_new(far->arena, m->req), *resp = codec_new(far->arena, m->resp);

    TRY(codec_decode(far, m->req, request, req));
    TRY(m->serve(behind, far, req, resp));
    *reply = codec_encode(far, m->resp, resp);
    return NULL;
}

static const char *carry_text(struct ctx *c, const char *text)
{
    return text ? arena_copy(c->arena, str_of(text)).ptr : NULL;
}

/* The failure with its whole chain, so that err_root() and err_text() say the same here. */
static struct err *carry(struct ctx *c, const struct err *e)
{
    struct err *copy = arena_new(c->arena, struct err);

    copy->code = e->code;
    copy->retry_after_s = e->retry_after_s;
    copy->reason = carry_text(c, e->reason);
    copy->msg = carry_text(c, e->msg);
    copy->where = carry_text(c, e->where);
    copy->cause = e->cause ? carry(c, e->cause) : NULL;
    return copy;
}

/* The caller's side of an answer. */
static struct err *receive(const struct api_method *m, struct ctx *c, struct str reply, void *resp)
{
    void *got = codec_new(c->arena, m->resp);
    struct err *e = codec_decode(c, m->resp, arena_copy(c->arena, reply), got);

    if (e)
        return err_new(c, ERR_INTERNAL, "%s: %s", m->path, err_text(c, e));
    memcpy(resp, got, m->resp->size);
    return NULL;
}

static struct err *exchange(const struct api_method *m, void *behind, struct ctx *c,
                            struct str request, void *resp)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx far = {.arena = &arena,
                      .deadline_ns = c->deadline_ns,
                      .user_id = c->user_id,
                      .request_id = arena_copy(&arena, c->request_id),
                      .trace = c->trace};
    struct str reply;
    struct err *e = serve(m, behind, &far, arena_copy(&arena, request), &reply);

    return e ? carry(c, e) : receive(m, c, reply, resp);
}

static struct err *call(void *behind, const struct api_method *m, struct ctx *c, const void *req,
                        void *resp)
{
    return exchange(m, behind, c, codec_encode(c, m->req, req), resp);
}

struct flight {
    void *behind;
    struct str request;
};

static void finish(struct call *started)
{
    const struct flight *f = started->flight;

    started->err = exchange(started->method, f->behind, started->c, f->request, started->resp);
}

static void start(void *behind, const struct api_method *m, const void *req, void *resp,
                  struct call *started)
{
    struct flight *f = arena_new(started->c->arena, struct flight);

    *f = (struct flight){behind, codec_encode(started->c, m->req, req)};
    started->method = m;
    started->resp = resp;
    started->flight = f;
    started->finish = finish;
}

struct api_transport api_codec_transport(void *behind)
{
    return (struct api_transport){.call = call, .start = start, .self = behind};
}
