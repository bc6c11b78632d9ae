/* Asks ejected instances whether they are well, by gRPC's health checks, until they are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "health_api.h"
#include "rpc_channel.h"
#include "rpc_peers_parts.h"

enum { PROBE_TIMEOUT_MS = 1000, STACK_BYTES = 128 << 10 };

/* One question to one instance. */
struct probe {
    struct rpc_peer *peer;
    struct rpc_flight *sent;
};

/* When there is something to ask; INT64_MAX: nobody is ejected. The lock is held. */
static int64_t due_ns(const struct rpc_peers *p)
{
    int64_t due = INT64_MAX;

    for (size_t i = 0; i < p->count; i++)
        if (p->at[i]->record.out && p->at[i]->record.until_ns < due)
            due = p->at[i]->record.until_ns;
    return due;
}

/* The lock is held. */
static size_t collect(struct rpc_peers *p, struct probe *probes)
{
    int64_t now = clock_monotonic_ns();
    size_t n = 0;

    for (size_t i = 0; i < p->count; i++) {
        struct rpc_peer *peer = p->at[i];

        if (!peer->record.out || peer->record.until_ns > now)
            continue;
        peer->refs++;
        probes[n++].peer = peer;
    }
    return n;
}

/* Who does not know health checks but answers is as well as he will ever be. */
static bool is_well(struct ctx *c, struct probe *probe)
{
    struct health_check_response resp = {0};
    struct str reply;
    struct err *e = rpc_finish(probe->sent, &reply, NULL);

    if (e)
        return e->code == ERR_UNIMPLEMENTED;
    return !codec_decode(c, &health_check_response_type, reply, &resp) &&
           resp.status == SERVING_STATUS_SERVING;
}

static void conclude(struct rpc_peers *p, struct rpc_peer *peer, bool well)
{
    int64_t now = clock_monotonic_ns();

    pthread_mutex_lock(&p->lock);
    if (well)
        rpc_record_return(&peer->record, &p->rules, now);
    else
        peer->record.until_ns = now + p->options.probe_ms * CLOCK_NS_PER_MS;
    pthread_mutex_unlock(&p->lock);
    rpc_peers_unref(p, peer);
}

/* All at the same time, so that a silent one holds up nobody. */
static void ask(struct rpc_peers *p, struct probe *probes, size_t count)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = {.arena = &arena,
                    .deadline_ns =
                        clock_monotonic_ns() + (int64_t)PROBE_TIMEOUT_MS * CLOCK_NS_PER_MS};
    struct str req =
        codec_encode(&c, &health_check_request_type, &(struct health_check_request){0});

    for (size_t i = 0; i < count; i++) {
        rpc_channel_hurry(probes[i].peer->channel);
        probes[i].sent =
            rpc_begin(probes[i].peer->channel, &c, "/grpc.health.v1.Health/Check", req);
    }
    for (size_t i = 0; i < count; i++)
        conclude(p, probes[i].peer, is_well(&c, &probes[i]));
}

/* The lock is held, but not while it waits. */
static void wait_until(struct rpc_peers *p, int64_t due)
{
    const struct timespec ts = {.tv_sec = due / CLOCK_NS_PER_S, .tv_nsec = due % CLOCK_NS_PER_S};

    if (due == INT64_MAX)
        pthread_cond_wait(&p->woken, &p->lock);
    else
        (void)pthread_cond_timedwait(&p->woken, &p->lock, &ts);
}

static void *work(void *arg)
{
    struct rpc_peers *p = arg;
    struct probe probes[RPC_PEERS_MAX];
    size_t count;

    (void)pthread_setname_np(pthread_self(), "rpc-probe");
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        count = collect(p, probes);
        if (count == 0) {
            wait_until(p, due_ns(p));
            continue;
        }
        pthread_mutex_unlock(&p->lock);
        ask(p, probes, count);
        pthread_mutex_lock(&p->lock);
    }
    pthread_mutex_unlock(&p->lock);
    return NULL;
}

void rpc_peers_probe_start(struct rpc_peers *p)
{
    pthread_condattr_t monotonic;
    pthread_attr_t small;

    if (pthread_condattr_init(&monotonic) != 0 ||
        pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&p->woken, &monotonic) != 0 || pthread_attr_init(&small) != 0 ||
        pthread_attr_setstacksize(&small, STACK_BYTES) != 0 ||
        pthread_create(&p->prober, &small, work, p) != 0)
        abort();
    pthread_condattr_destroy(&monotonic);
    pthread_attr_destroy(&small);
}

void rpc_peers_probe_stop(struct rpc_peers *p)
{
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_signal(&p->woken);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->prober, NULL);
    pthread_cond_destroy(&p->woken);
}
