/* One call: to an instance, and when that fails and it can do no harm, to another. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "rpc_channel.h"
#include "rpc_peers_parts.h"

struct flight {
    struct rpc_peers *peers;
    const struct api_method *method;
    struct ctx c; /* the caller's, with a deadline */
    struct str bytes;
    int64_t began_ns;
    struct rpc_peer *peer; /* where it is; NULL: nowhere */
    struct rpc_flight *sent;
    int64_t sent_ns;
    struct err *none; /* why it is nowhere */
};

static struct err *no_instance(struct flight *f, enum err_code why)
{
    const char *service = f->peers->options.service;
    struct err *e = why == ERR_EXHAUSTED
                        ? err_reason(&f->c, why, "busy", "%s has too many calls", service)
                        : err_reason(&f->c, why, RPC_SERVICE_DOWN, "%s is down", service);

    e->retry_after_s = 1;
    return e;
}

static void send(struct flight *f, struct rpc_peer *peer)
{
    f->peer = peer;
    f->sent_ns = clock_monotonic_ns();
    f->sent = rpc_begin(peer->channel, &f->c, f->method->path, f->bytes);
}

/* The first instance, or why there is none. */
static struct rpc_peer *first(struct flight *f)
{
    struct rpc_peers *p = f->peers;
    enum err_code why;

    pthread_mutex_lock(&p->lock);
    p->stats.calls++;
    rpc_budget_call(&p->budget);
    struct rpc_peer *peer = rpc_peers_take(p, NULL, &why);
    pthread_mutex_unlock(&p->lock);
    if (!peer)
        f->none = no_instance(f, why);
    return peer;
}

/* An instance that is stopped has a write until then: it may still do it when it goes on. */
static int64_t deadline(const struct rpc_peers *p, const struct ctx *c, int64_t now_ns)
{
    int64_t own = now_ns + p->options.call_ms * CLOCK_NS_PER_MS;

    return c->deadline_ns && c->deadline_ns < own ? c->deadline_ns : own;
}

/* A call inside a transaction would hold its locks for as long as another machine likes. */
static struct flight *begin(struct rpc_peers *p, const struct api_method *m, struct ctx *c,
                            const void *req)
{
    struct flight *f = arena_new(c->arena, struct flight);
    struct rpc_peer *peer;

    *f = (struct flight){.peers = p, .method = m, .c = *c, .began_ns = clock_monotonic_ns()};
    f->c.deadline_ns = deadline(p, c, f->began_ns);
    f->bytes = codec_encode(c, m->req, req);
    if (c->tx)
        f->none = err_new(c, ERR_INTERNAL, "%s is called inside a transaction", m->path);
    else if ((peer = first(f)) != NULL)
        send(f, peer);
    return f;
}

/* Another instance than f's, and leave to ask it; or NULL. */
static struct rpc_peer *second(struct flight *f)
{
    struct rpc_peers *p = f->peers;
    enum err_code why;

    pthread_mutex_lock(&p->lock);
    struct rpc_peer *peer = rpc_peers_take(p, f->peer, &why);
    if (peer && !rpc_budget_take(&p->budget)) {
        rpc_peers_untake(peer);
        peer = NULL;
        p->stats.refused_retries++;
    }
    p->stats.retries += peer != NULL;
    pthread_mutex_unlock(&p->lock);
    return peer;
}

/* A service further behind is down: no fault of the instance that says so, and no use to ask on. */
static bool is_passed_on(const struct err *e)
{
    return e->reason && strcmp(e->reason, RPC_SERVICE_DOWN) == 0;
}

static int64_t patience_ns(const struct flight *f)
{
    return f->peers->options.patience_ms * CLOCK_NS_PER_MS;
}

/* No answer yet, and it is time to ask another, while there is as much time for that one. */
static bool has_no_patience(const struct flight *f)
{
    int64_t half = (f->c.deadline_ns - f->sent_ns) / 2;
    int64_t wait = half < patience_ns(f) ? half : patience_ns(f);

    return f->method->idempotent && !rpc_wait(f->sent, f->sent_ns + wait);
}

/* A call that may be sent once only stays where it is; the next ones should not follow it. */
static void doubt_silence(struct flight *f)
{
    int64_t until = f->sent_ns + patience_ns(f);

    if (until < f->c.deadline_ns && !rpc_wait(f->sent, until))
        rpc_peers_doubt(f->peers, f->peer);
}

static bool may_be_sent_again(const struct flight *f, const struct err *e, bool seen)
{
    return e && e->code == ERR_UNAVAILABLE && (!seen || f->method->idempotent) &&
           !is_passed_on(e) && clock_monotonic_ns() < f->c.deadline_ns;
}

static enum rpc_peer_verdict verdict_of(const struct flight *f, const struct err *e,
                                        int64_t took_ns)
{
    bool unavailable = e && e->code == ERR_UNAVAILABLE;

    if (!e || rpc_was_answered(f->sent))
        return unavailable && !is_passed_on(e) ? RPC_PEER_UNWELL : RPC_PEER_ANSWERED;
    if (unavailable || (e->code == ERR_TIMEOUT && took_ns >= patience_ns(f)))
        return RPC_PEER_LOST;
    return RPC_PEER_NOTHING;
}

/* For the log: which call of which instance. */
static struct err *told(struct flight *f, struct err *e, bool seen)
{
    if (!e || (e->code != ERR_UNAVAILABLE && e->code != ERR_TIMEOUT))
        return e;
    e = err_wrap(&f->c, e, "%s at %s", f->method->path, f->peer->address);
    if (!seen && e->code == ERR_UNAVAILABLE) {
        e->reason = RPC_SERVICE_DOWN;
        e->retry_after_s = 1;
    }
    return e;
}

/* Waits for the answer. *other: whom to ask instead; NULL: it is as it is. */
static struct err *receive(struct flight *f, struct str *reply, struct rpc_peer **other)
{
    bool seen;
    struct err *e = rpc_finish(f->sent, reply, &seen);
    int64_t took_ns = clock_monotonic_ns() - f->sent_ns;
    enum rpc_peer_verdict verdict = verdict_of(f, e, took_ns);

    if (other)
        *other = may_be_sent_again(f, e, seen) ? second(f) : NULL;
    e = told(f, e, seen);
    rpc_peers_give(f->peers, f->peer, verdict, took_ns);
    return e;
}

static void leave(struct flight *f)
{
    int64_t took_ns = clock_monotonic_ns() - f->sent_ns;

    rpc_abandon(f->sent);
    rpc_peers_give(f->peers, f->peer, took_ns >= patience_ns(f) ? RPC_PEER_LOST : RPC_PEER_NOTHING,
                   took_ns);
}

static struct err *answer(struct flight *f, struct str *reply)
{
    struct rpc_peer *other;
    struct err *e = NULL;

    if (!f->peer)
        return f->none;
    if (!f->method->idempotent)
        doubt_silence(f);
    other = has_no_patience(f) ? second(f) : NULL;
    if (other)
        leave(f);
    else
        e = receive(f, reply, &other);
    if (!other)
        return e;
    send(f, other);
    return receive(f, reply, NULL);
}

/* resp is written only when all of it makes sense. */
static struct err *decode(struct flight *f, struct str reply, void *resp)
{
    const struct codec_type *type = f->method->resp;
    void *got = codec_new(f->c.arena, type);
    struct err *e = codec_decode(&f->c, type, reply, got);

    if (e)
        return err_new(&f->c, ERR_INTERNAL, "%s: %s", f->method->path, err_text(&f->c, e));
    memcpy(resp, got, type->size);
    return NULL;
}

/* Not what a service decides about a request. */
static bool is_trouble(const struct err *e)
{
    return e && (e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT || e->code == ERR_EXHAUSTED ||
                 e->code == ERR_INTERNAL);
}

static void count(struct flight *f, const struct err *e)
{
    struct rpc_peers *p = f->peers;
    const struct api_observer *o = p->options.observer;

    if (is_trouble(e)) {
        pthread_mutex_lock(&p->lock);
        p->stats.failed++;
        pthread_mutex_unlock(&p->lock);
    }
    if (o)
        o->ended(o->self, f->method, e, clock_monotonic_ns() - f->began_ns);
}

static struct err *finish(struct flight *f, void *resp)
{
    struct str reply = {0};
    struct err *e = answer(f, &reply);

    if (!e)
        e = decode(f, reply, resp);
    count(f, e);
    return e;
}

struct err *rpc_peers_call(void *self, const struct api_method *m, struct ctx *c, const void *req,
                           void *resp)
{
    return finish(begin(self, m, c, req), resp);
}

static void finish_call(struct call *call)
{
    call->err = finish(call->flight, call->resp);
}

void rpc_peers_begin(void *self, const struct api_method *m, const void *req, void *resp,
                     struct call *call)
{
    call->flight = begin(self, m, call->c, req);
    call->method = m;
    call->resp = resp;
    call->finish = finish_call;
}
