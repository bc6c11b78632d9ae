/* The hub: a thread that looks at who listens, and at what is new for whom. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"

#include <stdlib.h>
#include <time.h>

#include "changes.h"
#include "clock.h"
#include "event_streams.h"
#include "limits.h"
#include "log.h"
#include "metrics.h"

enum {
    SLOTS = 4096,        /* of the table of listeners */
    ROUND_PAUSE_MS = 50, /* between two looks: who is liked a thousand times a second is told 20 */
    ROUND_TIMEOUT_MS = 5000,
};

/* ---- a round: some users, or all ---- */

/* Streams of one user that are looked at outside the lock. */
struct pinned {
    struct stream *at[STREAMS_PER_ACCOUNT_MAX];
    size_t count;
};

static void unpin_all(struct events *e, struct pinned *p)
{
    pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < p->count; i++)
        stream_unpin(p->at[i]);
    pthread_mutex_unlock(&e->lock);
    p->count = 0;
}

static void pin(struct pinned *p, struct stream *s)
{
    stream_pin(s);
    p->at[p->count++] = s;
}

static bool wants_news(const struct stream *s, const struct event_cursor *clock)
{
    const struct event_place *p = &s->place;

    return !s->over && (p->reset || !p->knows_unread || p->at.message < clock->message ||
                        p->at.video < clock->video);
}

/* Who still has something to take is not given more. */
static void pin_hungry(struct events *e, const struct event_cursor *clock, struct pinned *out)
{
    pthread_mutex_lock(&e->lock);
    struct listener *l = listener_find(e, clock->user_id);

    for (struct stream *s = l ? l->first : NULL; s; s = s->next)
        if (wants_news(s, clock)) {
            s->missed = !stream_has_taken_all(s);
            if (!s->missed)
                pin(out, s);
        }
    pthread_mutex_unlock(&e->lock);
}

/* Behind the one that is furthest behind; who was told more hears only what is new to him. */
static struct event_cursor least(const struct pinned *p)
{
    struct event_cursor at = p->at[0]->place.at;

    for (size_t i = 1; i < p->count; i++) {
        const struct event_cursor *other = &p->at[i]->place.at;

        at.message = other->message < at.message ? other->message : at.message;
        at.video = other->video < at.video ? other->video : at.video;
    }
    return at;
}

static struct err *tell(struct events *e, struct ctx *c, const struct event_cursor *clock,
                        const struct pinned *p)
{
    struct http_req nobody = {0};
    struct look *look CLEANUP(look_end) = look_begin(e->g, c, &nobody);
    struct event_cursor after = least(p);
    struct event_news news = {.with_unread = false};

    for (size_t i = 0; i < p->count; i++)
        news.with_unread |= !p->at[i]->place.knows_unread;
    TRY(event_news_fetch(look, &after, clock, &news));
    for (size_t i = 0; i < p->count; i++) {
        struct stream *s = p->at[i];
        struct str text = event_news_write(look, &news, s->base_url, &s->place);

        if (!text.len)
            continue;
        pthread_mutex_lock(&e->lock);
        if (!s->ended)
            stream_give(s, text);
        pthread_mutex_unlock(&e->lock);
        metrics_add(e->told, 1);
    }
    return NULL;
}

static void note_failure(struct events *e, struct ctx *c, const struct err *failed)
{
    metrics_add(e->failed, 1);
    log_debug(e->g->deps.log, c, "events were not told", log_err(failed));
}

static void tell_hungry(struct events *e, struct ctx *c, const struct event_cursor *clock)
{
    struct pinned p = {.count = 0};

    pin_hungry(e, clock, &p);
    if (!p.count)
        return;
    c->user_id = clock->user_id;
    struct err *failed = tell(e, c, clock, &p);

    if (failed)
        note_failure(e, c, failed);
    unpin_all(e, &p);
}

/* Asked of memory a look costs nothing; of others it is taken now and then. */
static void pin_doubtful(struct events *e, int64_t user_id, struct pinned *out)
{
    int64_t now = clock_monotonic_ns(),
            every = e->g->near ? 0 : e->options.ping_ms * CLOCK_NS_PER_MS;

    pthread_mutex_lock(&e->lock);
    struct listener *l = listener_find(e, user_id);

    for (struct stream *s = l ? l->first : NULL; s; s = s->next)
        if (!s->over && now - s->checked_ns >= every) {
            s->checked_ns = now;
            pin(out, s);
        }
    pthread_mutex_unlock(&e->lock);
}

/* Who is signed in no longer hears nothing more. */
static void check_sessions(struct events *e, struct ctx *c, int64_t user_id)
{
    struct pinned p = {.count = 0};

    pin_doubtful(e, user_id, &p);
    for (size_t i = 0; i < p.count; i++) {
        struct err *failed = signed_in_check(e->g, c, &p.at[i]->who);

        if (failed && failed->code == ERR_UNAUTHENTICATED) {
            pthread_mutex_lock(&e->lock);
            stream_finish(p.at[i]);
            pthread_mutex_unlock(&e->lock);
        } else if (failed) {
            note_failure(e, c, failed);
        }
    }
    unpin_all(e, &p);
}

/* What fails now is tried again at the next interval: the cursors stay where they are. */
static void look_after(struct events *e, const struct event_cursor *clock)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena,
                    .deadline_ns =
                        clock_monotonic_ns() + ROUND_TIMEOUT_MS * (int64_t)CLOCK_NS_PER_MS};

    check_sessions(e, &c, clock->user_id);
    tell_hungry(e, &c, clock);
    arena_fini(&arena);
}

static int by_user(const void *a, const void *b)
{
    const struct event_cursor *x = a, *y = b;

    return x->user_id < y->user_id ? -1 : x->user_id > y->user_id;
}

static struct event_cursor *clock_of(struct event_cursor *clocks, size_t count, int64_t user_id)
{
    const struct event_cursor key = {.user_id = user_id};

    return bsearch(&key, clocks, count, sizeof(key), by_user);
}

/* Of at most IDS_MAX users, in the order of their ids; those whose clocks nobody has moved stay 0.
 */
static struct err *read_clocks(struct events *e, struct ctx *c, struct event_cursor *clocks,
                               size_t count)
{
    struct calls calls CLEANUP(calls_end) = {0};
    struct i64_list ids = {arena_array(c->arena, int64_t, count), count};
    struct message_get_clocks_req of_messages = {ids};
    struct video_get_clocks_req of_videos = {ids};
    struct message_get_clocks_resp messages = {0};
    struct video_get_clocks_resp videos = {0};

    for (size_t i = 0; i < count; i++)
        ids.at[i] = clocks[i].user_id;
    message_get_clocks_start(e->g->deps.services.message, c, &of_messages, &messages, &calls);
    video_get_clocks_start(e->g->deps.services.video, c, &of_videos, &videos, &calls);
    struct err *failed = calls_join(&calls);

    for (size_t i = 0; i < messages.clocks.count; i++) {
        const struct message_clock *found = &messages.clocks.at[i];
        struct event_cursor *of = clock_of(clocks, count, found->user_id);

        if (of)
            of->message = found->at;
    }
    for (size_t i = 0; i < videos.clocks.count; i++) {
        const struct video_clock *found = &videos.clocks.at[i];
        struct event_cursor *of = clock_of(clocks, count, found->author_id);

        if (of)
            of->video = found->at;
    }
    return failed;
}

static void look_after_all(struct events *e, struct ctx *c, struct event_cursor *users,
                           size_t count)
{
    qsort(users, count, sizeof(users[0]), by_user);
    for (size_t from = 0; from < count; from += IDS_MAX) {
        size_t n = count - from < IDS_MAX ? count - from : IDS_MAX;

        c->deadline_ns = clock_monotonic_ns() + ROUND_TIMEOUT_MS * (int64_t)CLOCK_NS_PER_MS;
        struct err *failed = read_clocks(e, c, users + from, n);

        if (failed)
            note_failure(e, c, failed);
        for (size_t i = from; i < from + n; i++)
            look_after(e, &users[i]);
    }
}

/* ---- what time alone brings ---- */

static void tend(struct events *e, struct stream *s, int64_t now)
{
    bool gone = s->base.gone && atomic_load(s->base.gone);

    if (gone || now - s->began_ns > e->options.age_ms * CLOCK_NS_PER_MS)
        stream_finish(s);
    else if (now - s->given_ns > e->options.ping_ms * CLOCK_NS_PER_MS && stream_has_taken_all(s))
        stream_give(s, STR(":\n\n"));
}

/* Under the lock: `fn` for all streams. */
static void for_all(struct events *e, int64_t now,
                    void (*fn)(struct events *e, struct stream *s, int64_t now))
{
    for (size_t i = 0; i < e->slot_count; i++)
        for (struct listener *l = e->slots[i]; l; l = l->next)
            for (struct stream *s = l->first; s; s = s->next)
                fn(e, s, now);
}

/* ---- the thread ---- */

static struct event_cursor *take_all(struct events *e, struct arena *a, size_t *count)
{
    struct event_cursor *users = arena_array(a, struct event_cursor, e->listeners);

    *count = 0;
    for (size_t i = 0; i < e->slot_count; i++)
        for (struct listener *l = e->slots[i]; l; l = l->next)
            users[(*count)++].user_id = l->user_id;
    return users;
}

static struct event_cursor *take_dirty(struct events *e, struct arena *a, size_t *count)
{
    struct event_cursor *users = arena_array(a, struct event_cursor, e->dirty.count);

    *count = 0;
    for (size_t i = 0; i < e->dirty.room; i++)
        if (e->dirty.slots[i])
            users[(*count)++].user_id = e->dirty.slots[i];
    return users;
}

/* Under the lock, which is given up for the while. */
static void round_of(struct events *e, bool all)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    size_t count;
    struct event_cursor *users = all ? take_all(e, &arena, &count) : take_dirty(e, &arena, &count);

    id_set_fini(&e->dirty);
    if (all)
        for_all(e, clock_monotonic_ns(), tend);
    pthread_mutex_unlock(&e->lock);
    look_after_all(e, &c, users, count);
    arena_fini(&arena);
    pthread_mutex_lock(&e->lock);
}

static void wait_until(struct events *e, int64_t at_ns)
{
    struct timespec until = {at_ns / CLOCK_NS_PER_S, at_ns % CLOCK_NS_PER_S};

    (void)pthread_cond_timedwait(&e->changed, &e->lock, &until);
}

static void *run(void *arg)
{
    struct events *e = arg;
    int64_t all_at = 0, some_at = 0;

    (void)pthread_setname_np(pthread_self(), "events");
    pthread_mutex_lock(&e->lock);
    while (!e->draining) {
        int64_t now = clock_monotonic_ns();
        bool all = now >= all_at;

        if (!all && (!e->dirty.count || now < some_at)) {
            wait_until(e, e->dirty.count && some_at < all_at ? some_at : all_at);
            continue;
        }
        round_of(e, all);
        now = clock_monotonic_ns();
        some_at = now + ROUND_PAUSE_MS * (int64_t)CLOCK_NS_PER_MS;
        if (all)
            all_at = now + e->options.interval_ms * CLOCK_NS_PER_MS;
    }
    pthread_mutex_unlock(&e->lock);
    return NULL;
}

/* ---- what is written in this process ---- */

static void heard(struct events *e, int64_t user_id)
{
    pthread_mutex_lock(&e->lock);
    listener_look(e, user_id);
    pthread_mutex_unlock(&e->lock);
}

void events_touch(struct events *e, int64_t user_id)
{
    if (!e->hears)
        heard(e, user_id);
}

static void on_message_clock(void *self, const struct change *change)
{
    heard(self, ((const struct message_clock *)change->row)->user_id);
}

static void on_video(void *self, const struct change *change)
{
    heard(self, ((const struct video_item *)change->row)->author_id);
}

static void on_account(void *self, const struct change *change)
{
    heard(self, ((const struct user_account *)change->row)->id);
}

static void on_login(void *self, const struct change *change)
{
    heard(self, ((const struct user_login *)change->row)->user_id);
}

/* Behind the near cache, which is asked then. */
static void watch(struct events *e, struct changes *changes)
{
    e->hears = true;
    changes_watch(changes, &message_clock_type, on_message_clock, e);
    changes_watch(changes, &video_item_type, on_video, e);
    changes_watch(changes, &user_account_type, on_account, e);
    changes_watch(changes, &user_login_type, on_login, e);
}

/* ---- life ---- */

static void sample(void *self, struct metrics_scrape *s)
{
    struct events *e = self;

    pthread_mutex_lock(&e->lock);
    size_t streams = e->streams;

    pthread_mutex_unlock(&e->lock);
    metrics_sample_gauge(s, "duan_event_streams", "Open streams of events.", (double)streams);
}

struct events *events_create(struct gateway *g)
{
    struct events *e = calloc(1, sizeof(*e));
    pthread_condattr_t attr;

    if (!e || pthread_mutex_init(&e->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&e->changed, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    e->g = g;
    e->options = g->options.events;
    e->slot_count = SLOTS;
    e->slots = calloc(e->slot_count, sizeof(struct listener *));
    e->told = metrics_counter(g->deps.metrics, "duan_event_batches_total",
                              "What streams of events were given.");
    e->failed = metrics_counter(g->deps.metrics, "duan_event_failures_total",
                                "Looks for events at which a service could not be asked.");
    metrics_collect(g->deps.metrics, sample, e);
    if (g->near)
        watch(e, g->deps.changes);
    if (!e->slots || pthread_create(&e->thread, NULL, run, e) != 0)
        abort();
    return e;
}

static void finish_one(struct events *e, struct stream *s, int64_t now)
{
    (void)e, (void)now;
    stream_finish(s);
}

void events_drain(struct events *e)
{
    if (!e)
        return;
    pthread_mutex_lock(&e->lock);
    bool again = e->draining;

    e->draining = true;
    for_all(e, 0, finish_one);
    pthread_cond_signal(&e->changed);
    pthread_mutex_unlock(&e->lock);
    if (!again)
        pthread_join(e->thread, NULL);
}

void events_destroy(struct events *e)
{
    if (!e)
        return;
    events_drain(e);
    id_set_fini(&e->dirty);
    pthread_cond_destroy(&e->changed);
    pthread_mutex_destroy(&e->lock);
    free(e->slots);
    free(e);
}
