/* The registry, the peers, and the server of a process with roles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cluster.h"

#include <inttypes.h>
#include <stdlib.h>
#include <sys/random.h>

#include "clock.h"
#include "config.h"
#include "lock.h"
#include "log.h"
#include "rpc_metrics.h"
#include "rpc_peers.h"
#include "rpc_role.h"
#include "rpc_server.h"
#include "rpc_tls.h"

enum { AWAIT_MS = 3000, LEAVE_MS = 2000, LOCK_TTL_S = 5 };

struct cluster {
    struct cluster_options options;
    struct rpc_tls *tls; /* NULL: plain text */
    struct registry *registry;
    struct rpc_peers *peers[ROLE_SERVICES]; /* NULL: it is here */
    struct rpc_server *server;              /* NULL: nothing is here */
    struct rpc_role *role;                  /* what that serves */
    struct rpc_metrics *asked, *served;
    char id[33]; /* of this process, in the registry */
};

/* ---- opening ---- */

static void name_process(struct cluster *k)
{
    uint64_t random[2];

    if (getrandom(random, sizeof(random), 0) != sizeof(random))
        abort();
    (void)snprintf(k->id, sizeof(k->id), "%016" PRIx64 "%016" PRIx64, random[0], random[1]);
}

static struct err *open_registry(struct cluster *k, struct ctx *c)
{
    const struct config *f = k->options.config;
    struct registry_options options = registry_defaults;

    options.endpoints = config_str(f, "registry.etcd");
    options.prefix = config_str(f, "registry.prefix");
    options.ttl_s = config_duration_ms(f, "registry.ttl") / 1000;
    options.tls = config_bool(f, "registry.tls") ? k->tls : NULL;
    options.tls_instances = k->tls != NULL;
    options.log = k->options.log;
    if (!options.endpoints.len)
        return err_new(c, ERR_INVALID,
                       "registry.etcd is not set: a process with roles finds the others in etcd");
    return registry_open(c, &options, &k->registry);
}

static void on_instances(void *peers, const struct str *addresses, size_t count)
{
    rpc_peers_set(peers, addresses, count);
}

static void seek(struct cluster *k, enum role role)
{
    const struct config *f = k->options.config;
    struct rpc_peers_options options = rpc_peers_defaults;

    options.service = role_names[role];
    options.observer = rpc_metrics_observer(k->asked);
    options.tls = k->tls;
    options.connections = (size_t)config_int(f, "rpc.connections");
    options.in_flight_max = (size_t)config_int(f, "rpc.in_flight");
    k->peers[role] = rpc_peers_create(&options);
    registry_watch(k->registry, role_names[role], on_instances, k->peers[role]);
}

static struct err *create_server(struct cluster *k, struct ctx *c)
{
    const struct config *f = k->options.config;
    struct rpc_server_options options = rpc_server_defaults;

    options.listen = config_str(f, "rpc.listen");
    options.tls = k->tls;
    options.workers = (size_t)config_int(f, "rpc.workers");
    options.queue_max = (size_t)config_int(f, "rpc.queue");
    options.plain_text_anywhere = config_bool(f, "rpc.plain_text");
    options.log = k->options.log;
    TRY(rpc_server_create(c, &options, &k->server));
    k->role = rpc_role_create(k->server, rpc_metrics_observer(k->served));
    return NULL;
}

/* With a certificate every call is TLS's, and both sides show theirs. */
static struct err *open_tls(struct cluster *k, struct ctx *c)
{
    const struct config *f = k->options.config;
    const struct rpc_tls_options options = {
        .certificate = config_str(f, "rpc.tls_cert"),
        .key = config_str(f, "rpc.tls_key"),
        .authority = config_str(f, "rpc.tls_ca"),
        .name = config_str(f, "rpc.tls_name"),
    };

    if (options.certificate.len)
        return rpc_tls_open(c, &options, &k->tls);
    if (options.key.len || options.authority.len)
        return err_new(c, ERR_INVALID, "rpc.tls_key and rpc.tls_ca go with an rpc.tls_cert");
    return NULL;
}

static struct err *open_all(struct cluster *k, struct ctx *c)
{
    TRY(open_tls(k, c));
    TRY(open_registry(k, c));
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (!roles_have(k->options.roles, role))
            seek(k, role);
    return roles_serve(k->options.roles) ? create_server(k, c) : NULL;
}

struct err *cluster_open(struct ctx *c, const struct cluster_options *options, struct cluster **out)
{
    struct cluster *k = calloc(1, sizeof(*k));

    if (!k)
        abort();
    k->options = *options;
    k->asked = rpc_metrics_create(options->metrics, "client");
    k->served = rpc_metrics_create(options->metrics, "server");
    name_process(k);
    struct err *e = open_all(k, c);

    if (e) {
        cluster_close(k);
        return e;
    }
    *out = k;
    return NULL;
}

const struct api_transport *cluster_way(struct cluster *k, enum role role)
{
    return rpc_peers_transport(k->peers[role]);
}

/* Beside the registry's keys, not among them: nobody who watches those is told of locks. */
struct lock *cluster_lock(struct cluster *k, const char *name)
{
    struct arena arena = {0};
    struct str key = arena_str(&arena, STR_FMT ".locks/%s",
                               STR_ARG(config_str(k->options.config, "registry.prefix")), name);
    struct lock *lock = lock_create_etcd(registry_etcd(k->registry), key, LOCK_TTL_S);

    arena_fini(&arena);
    return lock;
}

/* ---- serving ---- */

void cluster_offer(struct cluster *k, const struct api_service *service, void *api)
{
    rpc_role_add(k->role, service, api);
}

static void register_all(struct cluster *k, struct ctx *c)
{
    struct str advertise = config_str(k->options.config, "rpc.advertise");

    for (enum role role = 0; role < ROLE_SERVICES; role++) {
        if (!roles_have(k->options.roles, role))
            continue;
        registry_register(k->registry,
                          &(struct registry_instance){
                              .service = str_of(role_names[role]),
                              .id = str_of(k->id),
                              .version = STR(DUAN_VERSION),
                              .address = advertise.len ? advertise : cluster_address(k, c),
                              .tls = k->tls != NULL,
                          });
    }
}

struct err *cluster_join(struct cluster *k, struct ctx *c)
{
    if (!k->server)
        return NULL;
    TRY(rpc_server_start(k->server, c));
    rpc_role_serving(k->role, true);
    register_all(k, c);
    return NULL;
}

/* A deadline that far from now. */
static int64_t in_ms(int64_t ms)
{
    return clock_monotonic_ns() + ms * CLOCK_NS_PER_MS;
}

void cluster_await(struct cluster *k)
{
    struct ctx c = {.deadline_ns = in_ms(AWAIT_MS)};

    if (!registry_await(k->registry, &c))
        log_warn(k->options.log, NULL,
                 "the registry has not answered yet: other services are down");
}

struct str cluster_address(struct cluster *k, struct ctx *c)
{
    return k->server ? rpc_server_address(k->server, c) : (struct str){0};
}

bool cluster_ready(struct cluster *k)
{
    return registry_ready(k->registry);
}

struct registry_stats cluster_registry_stats(struct cluster *k)
{
    return registry_stats(k->registry);
}

struct rpc_peers *cluster_peers(struct cluster *k, enum role role)
{
    return k->peers[role];
}

struct rpc_server *cluster_server(struct cluster *k)
{
    return k->server;
}

/* ---- leaving: first nobody finds us any more, then who calls is answered ---- */

static void withdraw_all(struct cluster *k)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena, .deadline_ns = in_ms(LEAVE_MS)};

    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (roles_have(k->options.roles, role))
            (void)registry_withdraw(k->registry, &c, str_of(role_names[role]), str_of(k->id));
    arena_fini(&arena);
}

bool cluster_leave(struct cluster *k)
{
    if (!k || !k->server)
        return true;
    rpc_role_serving(k->role, false);
    withdraw_all(k);
    return rpc_server_drain(k->server, config_duration_ms(k->options.config, "rpc.drain_timeout"));
}

void cluster_stop_serving(struct cluster *k)
{
    if (!k)
        return;
    rpc_server_close(k->server);
    rpc_role_destroy(k->role);
    k->server = NULL;
    k->role = NULL;
}

void cluster_close(struct cluster *k)
{
    if (!k)
        return;
    cluster_stop_serving(k);
    registry_close(k->registry); /* it tells peers */
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        rpc_peers_destroy(k->peers[role]);
    rpc_tls_close(k->tls);
    rpc_metrics_destroy(k->asked);
    rpc_metrics_destroy(k->served);
    free(k);
}
