/* Which instance is asked next, and which is not asked for a while. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "clock.h"
#include "rpc_channel.h"
#include "rpc_peers_parts.h"

enum { LOOK_EVERY = 16 }; /* answers of one instance between two looks at how slow it is */

struct rpc_peer *rpc_peers_take(struct rpc_peers *p, const struct rpc_peer *but, enum err_code *why)
{
    *why = ERR_UNAVAILABLE;
    for (size_t i = 0; i < p->count; i++) {
        struct rpc_peer *peer = p->at[(p->next + i) % p->count];

        if (peer == but || peer->record.out)
            continue;
        if (peer->in_flight >= p->options.in_flight_max) {
            *why = ERR_EXHAUSTED;
            continue;
        }
        p->next = (p->next + i + 1) % p->count;
        peer->in_flight++;
        peer->refs++;
        return peer;
    }
    return NULL;
}

void rpc_peers_untake(struct rpc_peer *peer)
{
    peer->in_flight--;
    peer->refs--; /* the list has one */
}

static bool is_listed(const struct rpc_peers *p, const struct rpc_peer *peer)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->at[i] == peer)
            return true;
    return false;
}

/* Others that are asked. */
static size_t others(const struct rpc_peers *p, const struct rpc_peer *peer)
{
    size_t n = 0;

    for (size_t i = 0; i < p->count; i++)
        n += p->at[i] != peer && !p->at[i]->record.out;
    return n;
}

static void eject(struct rpc_peers *p, struct rpc_peer *peer)
{
    if (peer->record.out || !is_listed(p, peer))
        return;
    rpc_record_eject(&peer->record, &p->rules, clock_monotonic_ns());
    p->stats.ejections++;
    pthread_cond_signal(&p->woken);
}

/* At most half of all for being slow: who takes their calls would be the next. */
static bool is_too_slow(struct rpc_peers *p, const struct rpc_peer *peer)
{
    uint32_t fifths[RPC_PEERS_MAX];
    size_t n = 0;

    if (peer->record.answers % LOOK_EVERY || others(p, peer) * 2 < p->count)
        return false;
    for (size_t i = 0; i < p->count; i++) {
        const struct rpc_peer *other = p->at[i];
        uint32_t fifth = rpc_record_slow_fifth(&other->record);

        if (other != peer && !other->record.out && fifth)
            fifths[n++] = fifth;
    }
    return rpc_record_is_slow(rpc_record_slow_fifth(&peer->record), fifths, n);
}

static void judge(struct rpc_peers *p, struct rpc_peer *peer, enum rpc_peer_verdict verdict,
                  int64_t took_ns)
{
    if (verdict == RPC_PEER_ANSWERED) {
        rpc_record_answered(&peer->record, took_ns);
        if (is_too_slow(p, peer))
            eject(p, peer);
    } else if (verdict != RPC_PEER_NOTHING && rpc_record_failed(&peer->record, &p->rules)) {
        if (verdict == RPC_PEER_LOST || others(p, peer))
            eject(p, peer);
    }
}

static void peer_free(struct rpc_peer *peer)
{
    rpc_channel_destroy(peer->channel);
    free(peer->address);
    free(peer);
}

/* The lock is held; true: nobody has it any more. */
static bool drop(struct rpc_peer *peer)
{
    return --peer->refs == 0;
}

void rpc_peers_give(struct rpc_peers *p, struct rpc_peer *peer, enum rpc_peer_verdict verdict,
                    int64_t took_ns)
{
    bool last;

    pthread_mutex_lock(&p->lock);
    judge(p, peer, verdict, took_ns);
    peer->in_flight--;
    last = drop(peer);
    pthread_mutex_unlock(&p->lock);
    if (last)
        peer_free(peer);
}

/* It may yet answer, and then it was merely slow: who takes its calls would be the next. */
void rpc_peers_doubt(struct rpc_peers *p, struct rpc_peer *peer)
{
    pthread_mutex_lock(&p->lock);
    if (others(p, peer) * 2 >= p->count)
        judge(p, peer, RPC_PEER_UNWELL, 0);
    pthread_mutex_unlock(&p->lock);
}

void rpc_peers_unref(struct rpc_peers *p, struct rpc_peer *peer)
{
    bool last;

    pthread_mutex_lock(&p->lock);
    last = drop(peer);
    pthread_mutex_unlock(&p->lock);
    if (last)
        peer_free(peer);
}
