/* What a service's generated API and its callers share: methods as data, calls side by side. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef API_H
#define API_H

#include "codec.h"

/* Which executor runs a method when its service lives in this process. */
enum api_where {
    API_WORKER, /* may block: the bounded pool */
    API_INLINE, /* memory or a few indexed rows: the thread that read the request */
    API_WRITER, /* a short write: one job of the writer thread */
};

/* The same row serves the executor's choice, dispatch, retries and metrics. */
struct api_method {
    const char *path; /* "/duan.favorite.v1.Favorite/Set" */
    enum api_where where;
    bool idempotent; /* may be sent again when a connection broke */
    const struct codec_type *req, *resp;
    struct err *(*serve)(void *api, struct ctx *c, const void *req, void *resp);
};

/* Constant, like all that apigen writes. */
struct api_service {
    const char *name; /* "duan.favorite.v1.Favorite" */
    const struct api_method *methods;
    size_t count;
    const struct proto_file *file; /* where it is defined */
};

/* One started call. Its err may be read once it was joined; the rest is the transport's. */
struct call {
    struct err *err;
    void (*finish)(struct call *call); /* waits, fills resp or err; NULL: it has run */
    struct ctx *c;                     /* borrowed until joined, as is resp */
    const struct api_method *method;
    void *resp;
    void *flight; /* what the transport keeps, in the request's arena */
};

/*
 * The way from a stub to where its service is: through bytes in this process (api_codec.h), or to
 * the instances that serve it (rpc_peers.h). A service has an arena of its own there and no
 * transaction; deadline, identity and trace come along; resp is written only on success. Any
 * thread may call.
 */
struct api_transport {
    struct err *(*call)(void *self, const struct api_method *m, struct ctx *c, const void *req,
                        void *resp);
    /* Sends what call->c asks for and returns; req may change afterwards. */
    void (*start)(void *self, const struct api_method *m, const void *req, void *resp,
                  struct call *call);
    void *self; /* borrowed */
};

/* One call through a transport: what a generated stub is made of. */
MUST_USE static inline struct err *api_call(const struct api_transport *t,
                                            const struct api_method *m, struct ctx *c,
                                            const void *req, void *resp)
{
    return t->call(t->self, m, c, req, resp);
}

/* Told of every call that ended, on the thread that ran it; e: NULL when it went well. */
struct api_observer {
    void (*ended)(void *self, const struct api_method *m, const struct err *e, int64_t took_ns);
    void *self; /* borrowed */
};

/*
 * Calls under one deadline, started together: struct calls all CLEANUP(calls_end) = {0};
 * x_y_start(..., &all) sends the request and returns; a service in this process simply runs.
 * A block that ends early waits for what it started, so nothing writes into a dead resp.
 * Belongs to the thread that runs the request.
 */
enum { CALLS_MAX = 8 };
struct calls {
    struct call at[CALLS_MAX];
    size_t count;
};

/* Aborts beyond CALLS_MAX: our bug. */
struct call *calls_add(struct calls *all, struct ctx *c);

/*
 * Waits for all and returns the first failure in order of start. Leaves `all` empty, ready for
 * another round; until that begins, at[i].err is the failure of the i-th call.
 */
MUST_USE struct err *calls_join(struct calls *all);

/* Waits for all, whatever became of them. */
void calls_end(struct calls *all);

#endif
