/* The instances of a service: made, exchanged, counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_peers_parts.h"

#include <stdlib.h>

#include "clock.h"
#include "rpc_channel.h"

const char RPC_SERVICE_DOWN[] = "service_down";

const struct rpc_peers_options rpc_peers_defaults = {
    .connections = 2,
    .message_max = 4 << 20,
    .in_flight_max = 512,
    .call_ms = 10000,
    .patience_ms = 1000,
    .eject_after = 3,
    .eject_ms = 500,
    .probe_ms = 250,
};

struct rpc_peers *rpc_peers_create(const struct rpc_peers_options *options)
{
    struct rpc_peers *p = calloc(1, sizeof(*p));

    if (!p || pthread_mutex_init(&p->lock, NULL) != 0)
        abort();
    p->options = *options;
    p->rules = (struct rpc_record_rules){options->eject_after, options->eject_ms};
    p->transport =
        (struct api_transport){.call = rpc_peers_call, .start = rpc_peers_begin, .self = p};
    p->budget = rpc_budget_new();
    p->next = (size_t)clock_monotonic_ns(); /* not all processes begin with the same one */
    rpc_peers_probe_start(p);
    return p;
}

void rpc_peers_destroy(struct rpc_peers *p)
{
    if (!p)
        return;
    rpc_peers_probe_stop(p);
    rpc_peers_set(p, NULL, 0);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

static struct rpc_peer *peer_new(const struct rpc_peers *p, struct str address)
{
    struct rpc_channel_options options = rpc_channel_defaults;
    struct rpc_peer *peer = calloc(1, sizeof(*peer));

    if (!peer || !(peer->address = strndup(address.ptr, address.len)))
        abort();
    options.address = str_of(peer->address);
    options.tls = p->options.tls;
    options.connections = p->options.connections;
    options.message_max = p->options.message_max;
    options.in_flight_max = p->options.in_flight_max + 1; /* and a probe */
    peer->channel = rpc_channel_create(&options);
    return peer;
}

/* The one that is there already, or a new one. */
static struct rpc_peer *peer_for(struct rpc_peers *p, struct str address)
{
    for (size_t i = 0; i < p->count; i++)
        if (str_eq(str_of(p->at[i]->address), address))
            return p->at[i];
    return peer_new(p, address);
}

static bool among(struct rpc_peer *const *list, size_t count, const struct rpc_peer *peer)
{
    for (size_t i = 0; i < count; i++)
        if (list[i] == peer)
            return true;
    return false;
}

/* Fills `now` with the peers of these addresses, each once; returns how many. */
static size_t gather(struct rpc_peers *p, const struct str *addresses, size_t count,
                     struct rpc_peer **now)
{
    size_t n = 0;

    for (size_t i = 0; i < count && n < RPC_PEERS_MAX; i++) {
        struct rpc_peer *peer = peer_for(p, addresses[i]);

        if (among(now, n, peer))
            continue;
        peer->refs++;
        now[n++] = peer;
    }
    return n;
}

void rpc_peers_set(struct rpc_peers *p, const struct str *addresses, size_t count)
{
    struct rpc_peer *now[RPC_PEERS_MAX], *before[RPC_PEERS_MAX];
    size_t left;

    pthread_mutex_lock(&p->lock);
    left = p->count;
    memcpy(before, p->at, sizeof(before));
    p->count = gather(p, addresses, count, now);
    for (size_t i = 0; i < p->count; i++)
        p->at[i] = now[i];
    pthread_mutex_unlock(&p->lock);
    for (size_t i = 0; i < left; i++)
        rpc_peers_unref(p, before[i]);
}

const struct api_transport *rpc_peers_transport(struct rpc_peers *p)
{
    return &p->transport;
}

struct rpc_peers_stats rpc_peers_stats(struct rpc_peers *p)
{
    struct rpc_peers_stats stats;

    pthread_mutex_lock(&p->lock);
    stats = p->stats;
    stats.instances = p->count;
    for (size_t i = 0; i < p->count; i++) {
        stats.ejected += p->at[i]->record.out;
        stats.in_flight += p->at[i]->in_flight;
    }
    pthread_mutex_unlock(&p->lock);
    return stats;
}
