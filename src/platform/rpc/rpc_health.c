/* Health checks: a table of services, and the calls of those who watch it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_health.h"

#include <pthread.h>
#include <stdlib.h>

#include "health_api.h"
#include "rpc_server.h"

const char RPC_HEALTH_NAME[] = "grpc.health.v1.Health";

/* One call that watches. */
struct watcher {
    struct watcher *next;
    struct rpc_server_call *call;
    struct str service;
    char name[RPC_HEALTH_NAME_MAX];
};

struct known {
    const char *name; /* borrowed */
    enum serving_status status;
};

struct rpc_health {
    struct rpc_service door;
    pthread_mutex_t lock; /* guards what follows; taken before a connection's */
    struct known services[RPC_HEALTH_SERVICES_MAX];
    size_t count;
    struct watcher *watchers;
    size_t watching;
};

/* ---- what is known; the lock is held ---- */

static struct known *find(struct rpc_health *h, struct str service)
{
    for (size_t i = 0; i < h->count; i++)
        if (str_eq(str_of(h->services[i].name), service))
            return &h->services[i];
    return NULL;
}

static struct known *add(struct rpc_health *h, const char *service)
{
    if (h->count == RPC_HEALTH_SERVICES_MAX)
        abort();
    h->services[h->count] = (struct known){.name = service};
    return &h->services[h->count++];
}

static void tell(struct rpc_server_call *call, enum serving_status status)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena};
    struct health_check_response resp = {.status = status};

    /* False: its end is on the way, and closed() forgets it. */
    (void)rpc_server_stream_send(call, codec_encode(&c, &health_check_response_type, &resp));
}

static void change(struct rpc_health *h, struct known *service, bool serving)
{
    enum serving_status status = serving ? SERVING_STATUS_SERVING : SERVING_STATUS_NOT_SERVING;

    if (service->status == status)
        return;
    service->status = status;
    for (const struct watcher *w = h->watchers; w; w = w->next)
        if (str_eq(w->service, str_of(service->name)))
            tell(w->call, status);
}

void rpc_health_set(struct rpc_health *h, const char *service, bool serving)
{
    pthread_mutex_lock(&h->lock);
    struct known *known = find(h, str_of(service));

    change(h, known ? known : add(h, service), serving);
    pthread_mutex_unlock(&h->lock);
}

void rpc_health_set_all(struct rpc_health *h, bool serving)
{
    pthread_mutex_lock(&h->lock);
    for (size_t i = 0; i < h->count; i++)
        change(h, &h->services[i], serving);
    pthread_mutex_unlock(&h->lock);
}

/* ---- Check ---- */

static struct err *decode(struct ctx *c, struct str bytes, struct str *service)
{
    struct health_check_request req = {0};

    TRY(codec_decode(c, &health_check_request_type, bytes, &req));
    if (req.service.len > RPC_HEALTH_NAME_MAX)
        return err_new(c, ERR_INVALID, "no service has a name of %zu bytes", req.service.len);
    *service = req.service;
    return NULL;
}

static struct err *check(void *self, size_t method, struct ctx *c, struct str bytes,
                         struct str *reply)
{
    struct rpc_health *h = self;
    struct health_check_response resp = {0};
    struct str service = {0};

    (void)method;
    TRY(decode(c, bytes, &service));
    pthread_mutex_lock(&h->lock);
    struct known *known = find(h, service);
    if (known)
        resp.status = known->status;
    pthread_mutex_unlock(&h->lock);
    if (!known)
        return err_new(c, ERR_NOT_FOUND, "service \"" STR_FMT "\" is not known here",
                       STR_ARG(service));
    *reply = codec_encode(c, &health_check_response_type, &resp);
    return NULL;
}

/* ---- Watch ---- */

/* The lock is held. */
static struct err *watch_as(struct rpc_health *h, struct ctx *c, struct rpc_server_call *call,
                            struct str service)
{
    for (const struct watcher *w = h->watchers; w; w = w->next)
        if (w->call == call)
            return err_new(c, ERR_INVALID, "one call watches one service");
    if (h->watching == RPC_HEALTH_WATCHERS_MAX)
        return err_new(c, ERR_EXHAUSTED, "%zu callers watch already", h->watching);
    struct watcher *w = calloc(1, sizeof(*w));

    if (!w)
        abort();
    *w = (struct watcher){.next = h->watchers, .call = call, .service = {w->name, service.len}};
    if (service.len)
        memcpy(w->name, service.ptr, service.len);
    h->watchers = w;
    h->watching++;
    struct known *known = find(h, service);

    tell(call, known ? known->status : SERVING_STATUS_SERVICE_UNKNOWN);
    return NULL;
}

static struct err *watch(void *self, struct ctx *c, struct rpc_server_call *call, struct str bytes)
{
    struct rpc_health *h = self;
    struct str service = {0};

    TRY(decode(c, bytes, &service));
    pthread_mutex_lock(&h->lock);
    struct err *e = watch_as(h, c, call, service);
    pthread_mutex_unlock(&h->lock);
    return e;
}

static void watch_closed(void *self, struct rpc_server_call *call)
{
    struct rpc_health *h = self;
    struct watcher **at = &h->watchers, *gone;

    pthread_mutex_lock(&h->lock);
    while (*at && (*at)->call != call)
        at = &(*at)->next;
    gone = *at;
    if (gone) {
        *at = gone->next;
        h->watching--;
    }
    pthread_mutex_unlock(&h->lock);
    free(gone);
}

/* ---- life ---- */

struct rpc_health *rpc_health_create(struct rpc_server *server)
{
    static const char *const methods[] = {"Check", "Watch"};
    static const struct rpc_stream_handler streams[] = {
        {0}, {.message = watch, .closed = watch_closed, .lasts = true}};
    struct rpc_health *h = calloc(1, sizeof(*h));

    if (!h || pthread_mutex_init(&h->lock, NULL) != 0)
        abort();
    h->door = (struct rpc_service){.name = RPC_HEALTH_NAME,
                                   .methods = methods,
                                   .count = COUNT(methods),
                                   .handle = check,
                                   .streams = streams,
                                   .self = h};
    rpc_server_add(server, &h->door);
    return h;
}

void rpc_health_destroy(struct rpc_health *h)
{
    if (!h)
        return;
    pthread_mutex_destroy(&h->lock);
    free(h);
}
