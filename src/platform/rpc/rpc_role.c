/* Services of a role, each known to health checks and reflection by its name. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_role.h"

#include <stdlib.h>

#include "api_serve.h"
#include "rpc_health.h"
#include "rpc_reflection.h"

struct rpc_role {
    struct rpc_server *server;           /* borrowed */
    const struct api_observer *observer; /* borrowed; NULL: none */
    struct rpc_health *health;
    struct rpc_reflection *reflection;
    struct api_serve *services[RPC_ROLE_SERVICES_MAX];
    size_t count;
};

struct rpc_role *rpc_role_create(struct rpc_server *server, const struct api_observer *observer)
{
    struct rpc_role *r = calloc(1, sizeof(*r));

    if (!r)
        abort();
    r->server = server;
    r->observer = observer;
    r->health = rpc_health_create(server);
    r->reflection = rpc_reflection_create(server);
    rpc_reflection_add(r->reflection, RPC_HEALTH_NAME, &grpc_health_v1_health_file);
    rpc_health_set(r->health, "", false);
    return r;
}

void rpc_role_destroy(struct rpc_role *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->count; i++)
        api_serve_destroy(r->services[i]);
    rpc_reflection_destroy(r->reflection);
    rpc_health_destroy(r->health);
    free(r);
}

void rpc_role_add(struct rpc_role *r, const struct api_service *service, void *api)
{
    if (r->count == RPC_ROLE_SERVICES_MAX)
        abort();
    r->services[r->count++] = api_serve_create(r->server, service, api, r->observer);
    rpc_reflection_add(r->reflection, service->name, service->file);
    rpc_health_set(r->health, service->name, false);
}

void rpc_role_serving(struct rpc_role *r, bool serving)
{
    rpc_health_set_all(r->health, serving);
}
