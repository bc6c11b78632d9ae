/* Who listens, and what each was given: what the hub's files share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_STREAMS_H
#define EVENT_STREAMS_H

#include <pthread.h>

#include "event_news.h"
#include "events.h"
#include "id_set.h"

enum { STREAMS_PER_ACCOUNT_MAX = 64 }; /* events.per_account is at most this */

/* One client. Under the hub's lock, but for what says otherwise. */
struct stream {
    struct http_stream base; /* first */
    struct events *all;
    struct listener *of;
    struct stream *next, **link; /* of the same user */
    int pins;                    /* the thread looks at it */
    bool ended;                  /* its request is over: freed when nobody looks */
    bool over;                   /* to be ended */
    bool missed;                 /* something, because it had not taken what it has */
    char *text;                  /* given; sent up to `sent` */
    size_t length, sent;
    void (*wake)(void *arg); /* it waits */
    void *wake_arg;
    int64_t began_ns, given_ns, checked_ns;
    struct signed_in who; /* the thread's, as are the next two; its text is behind the struct */
    struct event_place place;
    struct str base_url;
    char memory[];
};

/* A user with streams. */
struct listener {
    struct listener *next, **link;
    int64_t user_id;
    struct stream *first;
    size_t count;
};

struct events {
    struct gateway *g; /* borrowed */
    struct gateway_events options;
    bool hears; /* of every write in this process */
    pthread_t thread;
    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    struct listener **slots;
    size_t slot_count; /* a power of two */
    size_t listeners, streams;
    struct id_set dirty; /* of whom something may be new */
    bool draining;
    struct metric_counter *told, *failed;
};

/* All of these under the lock. */
struct listener *listener_find(struct events *e, int64_t user_id);

/* Its user is the next that is looked at. */
void listener_look(struct events *e, int64_t user_id);

/* A copy of the text; all it had was taken. */
void stream_give(struct stream *s, struct str text);
bool stream_has_taken_all(const struct stream *s);

/* Its reply ends when what it has was taken. */
void stream_finish(struct stream *s);

/* While it is pinned it stays, ended or not. */
void stream_pin(struct stream *s);
void stream_unpin(struct stream *s);

#endif
