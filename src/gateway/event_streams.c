/* Streams of events: each holds what it was given, until the socket has taken it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "event_streams.h"

#include <stdio.h>
#include <stdlib.h>

#include "clock.h"

enum {
    AGAIN_MIN_MS = 1000, /* after which a client comes back: not all of them at once */
    AGAIN_SPREAD_MS = 2000,
    RETRY_AFTER_S = 5,
    GREETING_MAX = 32,
};

/* ---- listeners ---- */

static struct listener **slot_of(struct events *e, int64_t user_id)
{
    return &e->slots[id_hash(user_id) & (e->slot_count - 1)];
}

struct listener *listener_find(struct events *e, int64_t user_id)
{
    struct listener *l = *slot_of(e, user_id);

    while (l && l->user_id != user_id)
        l = l->next;
    return l;
}

static struct listener *find_or_add(struct events *e, int64_t user_id)
{
    struct listener *l = listener_find(e, user_id), **slot = slot_of(e, user_id);

    if (l)
        return l;
    l = calloc(1, sizeof(*l));
    if (!l)
        abort();
    *l = (struct listener){.next = *slot, .link = slot, .user_id = user_id};
    if (l->next)
        l->next->link = &l->next;
    *slot = l;
    e->listeners++;
    return l;
}

static void remove_listener(struct events *e, struct listener *l)
{
    *l->link = l->next;
    if (l->next)
        l->next->link = l->link;
    id_set_remove(&e->dirty, l->user_id);
    e->listeners--;
    free(l);
}

void listener_look(struct events *e, int64_t user_id)
{
    if (!e->draining && listener_find(e, user_id)) {
        id_set_add(&e->dirty, user_id);
        pthread_cond_signal(&e->changed);
    }
}

/* ---- streams ---- */

static void wake(struct stream *s)
{
    void (*fn)(void *arg) = s->wake;

    s->wake = NULL;
    if (fn)
        fn(s->wake_arg);
}

void stream_finish(struct stream *s)
{
    s->over = true;
    wake(s);
}

void stream_give(struct stream *s, struct str text)
{
    char *at = malloc(text.len);

    if (!at)
        abort();
    memcpy(at, text.ptr, text.len);
    free(s->text);
    s->text = at;
    s->length = text.len;
    s->sent = 0;
    s->given_ns = clock_monotonic_ns();
    wake(s);
}

bool stream_has_taken_all(const struct stream *s)
{
    return s->sent == s->length;
}

static void free_stream(struct stream *s)
{
    struct events *e = s->all;

    *s->link = s->next;
    if (s->next)
        s->next->link = s->link;
    if (!--s->of->count)
        remove_listener(e, s->of);
    e->streams--;
    free(s->text);
    free(s);
}

void stream_pin(struct stream *s)
{
    s->pins++;
}

void stream_unpin(struct stream *s)
{
    if (!--s->pins && s->ended)
        free_stream(s);
}

/* ---- what the server calls, on the socket's thread ---- */

static int64_t read_some(struct http_stream *base, int64_t at, char *into, size_t room)
{
    struct stream *s = (struct stream *)base;
    int64_t got = 0;

    (void)at;
    pthread_mutex_lock(&s->all->lock);
    size_t left = s->length - s->sent;

    if (left) {
        got = (int64_t)(left < room ? left : room);
        memcpy(into, s->text + s->sent, (size_t)got);
        s->sent += (size_t)got;
    } else if (s->over) {
        got = HTTP_STREAM_END;
    }
    if (got > 0 && s->missed && stream_has_taken_all(s)) {
        s->missed = false;
        listener_look(s->all, s->of->user_id);
    }
    pthread_mutex_unlock(&s->all->lock);
    return got;
}

static void wait_for_more(struct http_stream *base, int64_t at, void (*fn)(void *arg), void *arg)
{
    struct stream *s = (struct stream *)base;

    (void)at;
    pthread_mutex_lock(&s->all->lock);
    s->wake = fn;
    s->wake_arg = arg;
    if (s->over || !stream_has_taken_all(s))
        wake(s);
    pthread_mutex_unlock(&s->all->lock);
}

static void end(struct http_stream *base)
{
    struct stream *s = (struct stream *)base;
    struct events *e = s->all;

    pthread_mutex_lock(&e->lock);
    s->ended = s->over = true;
    s->wake = NULL;
    if (!s->pins)
        free_stream(s);
    pthread_mutex_unlock(&e->lock);
}

/* ---- beginning ---- */

static char *keep(char *at, struct str *text)
{
    if (text->len)
        memcpy(at, text->ptr, text->len);
    text->ptr = at;
    return at + text->len;
}

static struct stream *make(struct events *e, const struct event_listener *l)
{
    struct stream *s = calloc(1, sizeof(*s) + l->who.login.secret_hash.len + l->base_url.len);
    int64_t now = clock_monotonic_ns();
    char greeting[GREETING_MAX];

    if (!s)
        abort();
    s->base = (struct http_stream){
        .read = read_some, .wait = wait_for_more, .end = end, .length = HTTP_STREAM_OPEN};
    s->all = e;
    s->who = l->who;
    s->base_url = l->base_url;
    (void)keep(keep(s->memory, &s->who.login.secret_hash), &s->base_url);
    s->place = (struct event_place){.at = l->from, .reset = l->reset};
    s->began_ns = s->checked_ns = now;
    s->missed = true; /* all, so far */
    int64_t again_ms = AGAIN_MIN_MS + now % AGAIN_SPREAD_MS;

    (void)snprintf(greeting, sizeof(greeting), "retry: %d\n\n", (int)again_ms);
    stream_give(s, str_of(greeting));
    return s;
}

static void add(struct events *e, struct stream *s)
{
    struct listener *l = find_or_add(e, s->place.at.user_id);

    s->of = l;
    s->next = l->first;
    s->link = &l->first;
    if (s->next)
        s->next->link = &s->next;
    l->first = s;
    l->count++;
    e->streams++;
}

static struct err *check_room(struct events *e, struct ctx *c, int64_t user_id)
{
    const struct listener *l = listener_find(e, user_id);
    struct err *failed = NULL;

    if (e->draining)
        failed = err_new(c, ERR_UNAVAILABLE, "the server is about to end");
    else if (l && l->count >= e->options.per_account)
        failed = err_reason(c, ERR_EXHAUSTED, "rate_limited",
                            "this account has %zu streams of events open already", l->count);
    else if (e->streams >= e->options.streams)
        failed = err_new(c, ERR_EXHAUSTED, "too many streams of events are open");
    if (failed)
        failed->retry_after_s = RETRY_AFTER_S;
    return failed;
}

struct err *events_listen(struct events *e, struct ctx *c, const struct event_listener *listener,
                          struct http_stream **out)
{
    pthread_mutex_lock(&e->lock);
    struct err *failed = check_room(e, c, listener->from.user_id);

    if (!failed) {
        struct stream *s = make(e, listener);

        add(e, s);
        *out = &s->base;
    }
    pthread_mutex_unlock(&e->lock);
    return failed;
}
