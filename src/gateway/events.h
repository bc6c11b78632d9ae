/* Streams of events: what happens is told to whoever listens (docs/decisions/events.md). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENTS_H
#define EVENTS_H

#include "event_cursor.h"
#include "http.h"
#include "signed_in.h"

/*
 * One thread looks at all streams of this process: at each interval it asks the services how far
 * the clocks of those who listen have come, and of whom something is new, what. A stream holds what
 * it was given and not yet sent, and is given more when that has gone out: so the tables are the
 * only queue. Any thread may call any function. Created by the gateway.
 */
struct events;

struct events *events_create(struct gateway *g);
void events_destroy(struct events *e); /* drained; NULL is fine */

/* Ends every stream when what it holds has gone out, takes no new ones, and ends the thread. */
void events_drain(struct events *e); /* NULL is fine */

/* Something may be new for that user: looks at once, instead of at the next interval. For who has
 * written in another process; what is written in this one is heard of by itself. */
void events_touch(struct events *e, int64_t user_id);

/* One more stream. ERR_EXHAUSTED, reason rate_limited: the user has events.per_account of them;
 * ERR_EXHAUSTED: there are events.streams of them; ERR_UNAVAILABLE: it is the end. */
struct event_listener {
    struct signed_in who; /* copied, as is the next */
    struct str base_url;
    struct event_cursor from;
    bool reset; /* where he was is not known: he is told so first */
};
MUST_USE struct err *events_listen(struct events *e, struct ctx *c,
                                   const struct event_listener *listener, struct http_stream **out);

#endif
