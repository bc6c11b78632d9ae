/* etcd's watches: a stream on which the store tells what happens to it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "etcd_impl.h"

enum { EVENT_DELETED = 1 };

const char ETCD_GAP[] = "etcd_gap";

struct etcd_watch {
    struct etcd *etcd; /* borrowed */
    size_t at;         /* the endpoint */
    int64_t revision;  /* all up to here has been told */
    struct rpc_stream *stream;
};

static struct err *gap(struct ctx *c, const char *what, int64_t from, int64_t revision)
{
    return err_reason(c, ERR_ABORTED, ETCD_GAP, "etcd %s: wanted from revision %lld, it is at %lld",
                      what, (long long)from, (long long)revision);
}

/* A watch that etcd has ended. */
static struct err *ended(struct ctx *c, const struct etcd_watch *w,
                         const struct etcd_watch_resp *resp)
{
    if (resp->compact_revision > 0)
        return gap(c, "has compacted its history", w->revision + 1, resp->compact_revision);
    return err_new(c, ERR_UNAVAILABLE, "etcd at %s ended the watch: " STR_FMT,
                   w->etcd->names[w->at], STR_ARG(resp->cancel_reason));
}

static struct err *receive(struct etcd_watch *w, struct ctx *c, struct etcd_watch_resp *resp)
{
    struct str bytes;

    TRY(rpc_stream_receive(w->stream, c, &bytes));
    TRY(codec_decode(c, &etcd_watch_resp_type, bytes, resp));
    return resp->canceled ? ended(c, w, resp) : NULL;
}

/* ---- opening ---- */

struct opening {
    struct str prefix;
    int64_t from;
    struct etcd_watch *watch;
};

static struct err *send_creation(struct etcd_watch *w, struct ctx *c, const struct opening *o)
{
    struct etcd_watch_create create = {
        .key = o->prefix,
        .range_end = etcd_prefix_end(c, o->prefix),
        .start_revision = o->from,
        .progress_notify = true, /* a quiet prefix keeps up with compaction */
    };
    struct etcd_watch_req req = {&create};

    return rpc_stream_send(w->stream, c, codec_encode(c, &etcd_watch_req_type, &req));
}

/*
 * etcd would wait in silence for a revision that is to come. A store that is behind what was seen
 * has lost it, or is another one.
 */
static struct err *await_creation(struct etcd_watch *w, struct ctx *c, const struct opening *o)
{
    struct etcd_watch_resp resp = {0};

    TRY(receive(w, c, &resp));
    int64_t revision = resp.header ? resp.header->revision : 0;

    if (!resp.created)
        return err_new(c, ERR_INTERNAL, "etcd does not confirm a watch");
    if (revision + 1 < o->from)
        return gap(c, "is not where it was", o->from, revision);
    return NULL;
}

/* The attempt's deadline is for the answer: the stream has none. */
static struct err *ask(void *self, struct ctx *c, struct etcd *e, size_t at)
{
    struct ctx unlimited = {.arena = c->arena, .request_id = c->request_id, .trace = c->trace};
    struct opening *o = self;
    struct etcd_watch *w = o->watch;

    rpc_stream_close(w->stream);
    w->stream = NULL;
    w->at = at;
    TRY(rpc_stream_open(e->endpoints[at], &unlimited, "/etcdserverpb.Watch/Watch", &w->stream));
    TRY(send_creation(w, c, o));
    return await_creation(w, c, o);
}

struct err *etcd_watch_open(struct etcd *e, struct ctx *c, struct str prefix, int64_t from,
                            struct etcd_watch **out)
{
    struct etcd_watch *w = calloc(1, sizeof(*w));

    if (!w)
        abort();
    *w = (struct etcd_watch){.etcd = e, .revision = from - 1};
    struct opening opening = {prefix, from, w};
    struct err *failure = etcd_each(e, c, ask, &opening);

    if (failure) {
        etcd_watch_close(w);
        return failure;
    }
    *out = w;
    return NULL;
}

/* ---- reading ---- */

static struct etcd_changes changes_of(struct etcd_watch *w, struct ctx *c,
                                      const struct etcd_watch_resp *resp)
{
    struct etcd_changes changes = {.count = resp->events.count};

    changes.at = arena_array(c->arena, struct etcd_change, changes.count);
    for (size_t i = 0; i < changes.count; i++) {
        const struct etcd_event *event = &resp->events.at[i];

        changes.at[i].deleted = event->type == EVENT_DELETED;
        if (event->kv)
            changes.at[i].kv = *event->kv;
        if (changes.at[i].kv.mod_revision > w->revision)
            w->revision = changes.at[i].kv.mod_revision;
    }
    /* A message without events says how far it has been silent; one with events may run ahead. */
    if (changes.count == 0 && resp->header && resp->header->revision > w->revision)
        w->revision = resp->header->revision;
    changes.revision = w->revision;
    return changes;
}

static bool is_the_endpoints(const struct err *failure)
{
    return failure->code == ERR_UNAVAILABLE ||
           (failure->code == ERR_CANCELLED && failure->reason == RPC_STREAM_END);
}

struct err *etcd_watch_next(struct etcd_watch *w, struct ctx *c, struct etcd_changes *changes)
{
    struct etcd_watch_resp resp = {0};
    struct err *failure = receive(w, c, &resp);

    if (failure) {
        if (is_the_endpoints(failure))
            etcd_leave(w->etcd, w->at);
        return failure;
    }
    *changes = changes_of(w, c, &resp);
    return NULL;
}

bool etcd_watch_is_left(struct etcd_watch *w)
{
    return atomic_load(&w->etcd->preferred) != w->at;
}

void etcd_watch_cancel(struct etcd_watch *w)
{
    rpc_stream_cancel(w->stream);
}

void etcd_watch_close(struct etcd_watch *w)
{
    if (!w)
        return;
    rpc_stream_close(w->stream);
    free(w);
}
