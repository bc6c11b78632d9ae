/* The etcd client's endpoints: which is asked, and when it is the next one's turn. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clock.h"
#include "etcd_impl.h"
#include "host_port.h"

/* etcd takes PINGs more often than every 5 s for an attack, and hangs up. */
enum { IN_FLIGHT_MAX = 64, CONNECT_MS = 2000, KEEPALIVE_MS = 10000 };

const struct etcd_options etcd_defaults = {.attempt_ms = 2000};

/* ---- life ---- */

static void add_endpoint(struct etcd *e, const struct etcd_options *options, struct str name)
{
    struct rpc_channel_options channel = rpc_channel_defaults;

    channel.address = name;
    channel.tls = options->tls;
    channel.connections = 1;
    channel.message_max = ETCD_MESSAGE_MAX;
    channel.in_flight_max = IN_FLIGHT_MAX;
    channel.connect_ms = CONNECT_MS;
    channel.keepalive_ms = KEEPALIVE_MS;
    e->names[e->count] = strndup(name.ptr, name.len);
    if (!e->names[e->count])
        abort();
    e->endpoints[e->count++] = rpc_channel_create(&channel);
}

static struct err *add_endpoints(struct etcd *e, struct ctx *c, const struct etcd_options *options)
{
    struct str rest = options->endpoints;

    do {
        struct str name = str_trim(str_cut(&rest, ','));

        if (!host_port_valid(name))
            return err_new(c, ERR_INVALID, "etcd endpoint \"" STR_FMT "\": not HOST:PORT",
                           STR_ARG(name));
        if (e->count == ETCD_ENDPOINTS_MAX)
            return err_new(c, ERR_INVALID, "more than %d etcd endpoints", ETCD_ENDPOINTS_MAX);
        add_endpoint(e, options, name);
    } while (rest.ptr);
    return NULL;
}

struct err *etcd_open(struct ctx *c, const struct etcd_options *options, struct etcd **out)
{
    struct etcd *e = calloc(1, sizeof(*e));

    if (!e)
        abort();
    e->attempt_ms = options->attempt_ms;
    struct err *failure = add_endpoints(e, c, options);

    if (failure) {
        etcd_close(e);
        return failure;
    }
    *out = e;
    return NULL;
}

void etcd_close(struct etcd *e)
{
    if (!e)
        return;
    for (size_t i = 0; i < e->count; i++) {
        rpc_channel_destroy(e->endpoints[i]);
        free(e->names[i]);
    }
    free(e);
}

uint64_t etcd_failovers(struct etcd *e)
{
    return atomic_load(&e->failovers);
}

/* ---- asking ---- */

void etcd_leave(struct etcd *e, size_t at)
{
    if (e->count > 1 && atomic_compare_exchange_strong(&e->preferred, &at, (at + 1) % e->count))
        atomic_fetch_add(&e->failovers, 1);
}

struct ctx etcd_attempt(const struct etcd *e, const struct ctx *c)
{
    struct ctx attempt = {.arena = c->arena, .request_id = c->request_id, .trace = c->trace};

    attempt.deadline_ns = clock_monotonic_ns() + e->attempt_ms * CLOCK_NS_PER_MS;
    if (c->deadline_ns && c->deadline_ns < attempt.deadline_ns)
        attempt.deadline_ns = c->deadline_ns;
    return attempt;
}

static bool is_over(const struct ctx *c)
{
    return c->deadline_ns && clock_monotonic_ns() >= c->deadline_ns;
}

/* Another endpoint may do better. A member without a leader says UNAVAILABLE. */
static bool is_the_endpoints(const struct err *failure)
{
    return failure->code == ERR_UNAVAILABLE || failure->code == ERR_TIMEOUT ||
           failure->code == ERR_CANCELLED;
}

struct err *etcd_each(struct etcd *e, struct ctx *c, etcd_ask *ask, void *self)
{
    struct err *failure = NULL;
    size_t at = 0;

    for (size_t tries = 0; tries < e->count; tries++) {
        struct ctx attempt = etcd_attempt(e, c);

        at = atomic_load(&e->preferred);
        failure = ask(self, &attempt, e, at);
        if (!failure || !is_the_endpoints(failure))
            break;
        etcd_leave(e, at);
        if (is_over(c))
            break;
    }
    return failure ? err_wrap(c, failure, "etcd at %s", e->names[at]) : NULL;
}

struct str etcd_prefix_end(struct ctx *c, struct str prefix)
{
    while (prefix.len > 0 && prefix.ptr[prefix.len - 1] == '\xff')
        prefix.len--;
    if (prefix.len == 0)
        return (struct str){0};
    char *end = arena_bytes(c->arena, prefix.len);

    memcpy(end, prefix.ptr, prefix.len);
    end[prefix.len - 1]++;
    return (struct str){end, prefix.len};
}
