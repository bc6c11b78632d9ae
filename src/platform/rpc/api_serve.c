/* Between a server's bytes and a service's methods. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api_serve.h"

#include <stdlib.h>

#include "clock.h"
#include "rpc_server.h"

struct api_serve {
    const struct api_service *service; /* borrowed, as all below but the names */
    void *api;
    const struct api_observer *observer; /* NULL: nobody watches */
    struct rpc_service door;
    const char *names[]; /* of the methods */
};

static struct err *serve(const struct api_serve *s, const struct api_method *m, struct ctx *c,
                         struct str bytes, struct str *reply)
{
    void *req = codec_new(c->arena, m->req), *resp = codec_new(c->arena, m->resp);

    TRY(codec_decode(c, m->req, bytes, req));
    TRY(m->serve(s->api, c, req, resp));
    *reply = codec_encode(c, m->resp, resp);
    return NULL;
}

static struct err *handle(void *self, size_t method, struct ctx *c, struct str bytes,
                          struct str *reply)
{
    const struct api_serve *s = self;
    const struct api_method *m = &s->service->methods[method];
    int64_t began = clock_monotonic_ns();
    struct err *e = serve(s, m, c, bytes, reply);

    if (s->observer)
        s->observer->ended(s->observer->self, m, e, clock_monotonic_ns() - began);
    return e;
}

struct api_serve *api_serve_create(struct rpc_server *server, const struct api_service *service,
                                   void *api, const struct api_observer *observer)
{
    struct api_serve *s = calloc(1, sizeof(*s) + service->count * sizeof(s->names[0]));

    if (!s)
        abort();
    s->service = service;
    s->api = api;
    s->observer = observer;
    for (size_t i = 0; i < service->count; i++)
        s->names[i] = strrchr(service->methods[i].path, '/') + 1;
    s->door = (struct rpc_service){.name = service->name,
                                   .methods = s->names,
                                   .count = service->count,
                                   .handle = handle,
                                   .self = s};
    rpc_server_add(server, &s->door);
    return s;
}

void api_serve_destroy(struct api_serve *s)
{
    free(s);
}
