/* What the calls of one instance tell of it: whether to leave it out, and until when. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_RECORD_H
#define RPC_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many of the newest answers count, and so many there must be before anything is said. */
enum { RPC_RECORD_WINDOW = 64 };

/*
 * An instance is left out after failures in a row, or when it is slower than the others; the more
 * often that happened lately, the longer. It comes back when that time is over and it says that it
 * is well; then one failure is enough. Zeroed: nothing is known. Pure: time is handed in, and
 * whoever owns the record looks after the threads.
 */
struct rpc_record {
    int row;   /* failures since the last success */
    int times; /* it was left out, each within RPC_RECORD_FORGET_MS of coming back */
    bool out;
    int64_t until_ns; /* while out: before that nobody asks it */
    int64_t back_ns;  /* when it came back; 0: never left */
    size_t answers;   /* since it came back */
    uint32_t took_us[RPC_RECORD_WINDOW];
};

struct rpc_record_rules {
    int eject_after;  /* failures in a row */
    int64_t eject_ms; /* the first time; doubles, up to RPC_RECORD_EJECT_MAX_MS */
};

enum { RPC_RECORD_EJECT_MAX_MS = 60000, RPC_RECORD_FORGET_MS = 60000 };

void rpc_record_answered(struct rpc_record *r, int64_t took_ns);

/* True when that was one too many. */
bool rpc_record_failed(struct rpc_record *r, const struct rpc_record_rules *rules);

void rpc_record_eject(struct rpc_record *r, const struct rpc_record_rules *rules, int64_t now_ns);
void rpc_record_return(struct rpc_record *r, const struct rpc_record_rules *rules, int64_t now_ns);

/*
 * A fifth of the answers in the window took at least that long, in microseconds; 0: too few to say.
 * A fifth, because a sick instance is often sick in one call of three only.
 */
uint32_t rpc_record_slow_fifth(const struct rpc_record *r);

/*
 * Whether one is far slower than the others, whose slow fifths are in `others` (sorted by this
 * call): four times the one in their middle, and RPC_RECORD_SLOW_MS more.
 */
enum { RPC_RECORD_SLOW_TIMES = 4, RPC_RECORD_SLOW_MS = 50 };
bool rpc_record_is_slow(uint32_t its, uint32_t *others, size_t count);

#endif
