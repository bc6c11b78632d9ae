/* Couriers: a thread that delivers what was committed, and looks for what was left behind. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "courier.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "clock.h"
#include "fact_queue.h"
#include "lock.h"
#include "log.h"

enum { DELIVERED_MAX = 1024, SETTLED_EVERY_MS = 30 * 1000, TURN_MS = 200 };

const struct courier_options courier_defaults = {
    .apply_ms = 2000,
    .settle_ms = 1500,
    .sweep_ms = 2000,
    .age_ms = 5000,
    .pause_ms = 100,
    .pause_max_ms = 5000,
};

struct courier {
    struct courier_options options;
    struct fact_queue queue;
    pthread_t thread;
    bool started;
    /* The thread's own: */
    struct arena arena;
    int64_t sweep_at_ns, pause_ms; /* pause_ms 0: the last call went well */
    int64_t settled_before, settled_told_ns;
    struct fact delivered[DELIVERED_MAX]; /* still in the outbox: only their places */
    size_t delivered_count;
    _Atomic uint64_t facts, calls, failed, refused;
};

/* ---- what requests do ---- */

struct committed {
    struct courier *courier;
    struct fact fact;
};

static void go_out(void *arg)
{
    struct committed *done = arg;

    fact_queue_push(&done->courier->queue, &done->fact);
}

struct err *courier_take(struct courier *k, struct sql_tx *tx, struct ctx *c, struct fact *fact)
{
    struct committed *done = arena_new(c->arena, struct committed);

    TRY(outbox_add(tx, c, str_of(k->options.destination), fact));
    *done = (struct committed){k, *fact};
    sql_on_commit(tx, c, go_out, done);
    return NULL;
}

bool courier_goes_home(const struct courier *k)
{
    return strcmp(k->options.source, k->options.destination) == 0;
}

void courier_settle(struct courier *k, struct ctx *c)
{
    int64_t until = clock_monotonic_ns() + k->options.settle_ms * CLOCK_NS_PER_MS;

    fact_queue_settle(&k->queue, c->deadline_ns && c->deadline_ns < until ? c->deadline_ns : until);
}

/* ---- the thread: removing what was delivered ---- */

static void tell(struct courier *k, struct ctx *c, const char *what, const struct err *e)
{
    if (k->options.log)
        log_warn(k->options.log, c, what, log_str("duan.facts.to", str_of(k->options.destination)),
                 log_err(e));
}

static struct err *remove_delivered(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct courier *k = arg;

    for (size_t i = 0; i < k->delivered_count; i++)
        TRY(outbox_remove(tx, c, str_of(k->options.destination), &k->delivered[i]));
    return NULL;
}

/* What cannot be removed now is delivered again some day, and passed over there. */
static void forget_delivered(struct courier *k, struct ctx *c)
{
    struct err *e = k->delivered_count ? sql_write(k->options.db, c, remove_delivered, k) : NULL;

    if (e)
        tell(k, c, "facts that were delivered stay in the outbox", e);
    k->delivered_count = 0;
}

static void note_delivered(struct courier *k, struct ctx *c, const struct fact *fact)
{
    if (k->delivered_count == DELIVERED_MAX)
        forget_delivered(k, c);
    k->delivered[k->delivered_count++] =
        (struct fact){.id = fact->id, .created_at = fact->created_at};
    atomic_fetch_add(&k->facts, 1);
}

/* ---- the thread: one call ---- */

static bool is_among(struct i64_list ids, int64_t id)
{
    for (size_t i = 0; i < ids.count; i++)
        if (ids.at[i] == id)
            return true;
    return false;
}

static struct changes_apply_req request_of(struct courier *k, struct ctx *c, struct fact_list facts,
                                           int64_t read_at)
{
    struct changes_apply_req req = {
        .source = str_of(k->options.source),
        .destination = str_of(k->options.destination),
        .read_at = read_at,
    };

    req.facts.at = arena_array(c->arena, struct changes_fact, facts.count);
    for (; req.facts.count < facts.count; req.facts.count++) {
        const struct fact *f = &facts.at[req.facts.count];

        req.facts.at[req.facts.count] =
            (struct changes_fact){.id = f->id, .type = f->type, .op = f->op, .row = f->row};
    }
    if (k->settled_before && clock_monotonic_ns() >= k->settled_told_ns) {
        req.settled_before = k->settled_before;
        k->settled_told_ns = clock_monotonic_ns() + (int64_t)SETTLED_EVERY_MS * CLOCK_NS_PER_MS;
    }
    return req;
}

static struct err *deliver(struct courier *k, struct ctx *c, struct fact_list facts,
                           int64_t read_at)
{
    struct changes_apply_req req = request_of(k, c, facts, read_at);
    struct changes_apply_resp resp = {0};

    c->deadline_ns = clock_monotonic_ns() + k->options.apply_ms * CLOCK_NS_PER_MS;
    atomic_fetch_add(&k->calls, 1);
    struct err *e = changes_apply(k->options.to, c, &req, &resp);

    c->deadline_ns = 0;
    if (e) {
        atomic_fetch_add(&k->failed, 1);
        return e;
    }
    atomic_fetch_add(&k->refused, resp.refused.count);
    for (size_t i = 0; i < facts.count; i++)
        if (!is_among(resp.refused, facts.at[i].id))
            note_delivered(k, c, &facts.at[i]);
    return NULL;
}

/* ---- the thread: well and not well ---- */

/* It may be well again soon; anything else is about the facts. */
static bool passes(const struct err *e)
{
    return e->code == ERR_UNAVAILABLE || e->code == ERR_TIMEOUT || e->code == ERR_EXHAUSTED ||
           e->code == ERR_ABORTED || e->code == ERR_CANCELLED;
}

/* Nobody waits for a destination that does not answer; the outbox has it all. */
static void pause_now(struct courier *k, struct ctx *c, const struct err *e)
{
    if (!k->pause_ms)
        tell(k, c, "facts wait: their destination does not take them", e);
    fact_queue_shut(&k->queue);
    k->pause_ms = k->pause_ms ? k->pause_ms * 2 : k->options.pause_ms;
    if (k->pause_ms > k->options.pause_max_ms)
        k->pause_ms = k->options.pause_max_ms;
    k->sweep_at_ns = clock_monotonic_ns() + k->pause_ms * CLOCK_NS_PER_MS;
}

static void go_on(struct courier *k, struct ctx *c)
{
    if (k->pause_ms)
        tell(k, c, "facts are taken again", NULL);
    k->pause_ms = 0;
    fact_queue_open(&k->queue);
}

/* When the first was written: a process that stood still since may be the last to know of it. */
static int64_t oldest_of(struct fact_list facts)
{
    int64_t oldest = INT64_MAX;

    for (size_t i = 0; i < facts.count; i++)
        if (facts.at[i].created_at < oldest)
            oldest = facts.at[i].created_at;
    return oldest;
}

/* What was just committed. Whatever becomes of it, whoever wrote it is let go. */
static void deliver_new(struct courier *k, struct ctx *c)
{
    struct fact_list facts = fact_queue_take(&k->queue, c->arena);
    struct err *e = facts.count ? deliver(k, c, facts, oldest_of(facts)) : NULL;

    if (e)
        pause_now(k, c, e);
    else
        fact_queue_tried(&k->queue, facts.count);
}

/* ---- the thread: what was left behind ---- */

struct sweep {
    struct courier *k;
    struct outbox_page page;
    struct fact_list found;
    int64_t read_at;
    int64_t oldest;
    bool has_turn, others_turn;
};

static struct err *read_page(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sweep *s = arg;

    return outbox_read(tx, c, str_of(s->k->options.destination), &s->page, &s->found);
}

/* Together; one by one when one of them is to blame, so that it does not hold up the others. */
static struct err *deliver_page(struct sweep *s, struct ctx *c)
{
    struct courier *k = s->k;
    struct err *e = deliver(k, c, s->found, s->read_at);

    if (!e || passes(e))
        return e;
    for (size_t i = 0; i < s->found.count; i++) {
        e = deliver(k, c, (struct fact_list){&s->found.at[i], 1}, s->read_at);
        if (e && passes(e))
            return e;
        if (e)
            tell(k, c, "a fact cannot be applied", e);
    }
    return NULL;
}

/*
 * Of all instances one sweeps at a time: each would bring the same facts to a destination that has
 * just come back. It only spares work, so who cannot ask goes on: what comes twice is applied once.
 */
static bool take_turn(struct sweep *s, struct ctx *c)
{
    struct lock *sweeping = s->k->options.sweeping;
    struct ctx hurried = *c;
    int64_t fence;

    if (!sweeping || s->has_turn)
        return true;
    hurried.deadline_ns = clock_monotonic_ns() + (int64_t)TURN_MS * CLOCK_NS_PER_MS;
    struct err *e = lock_take(sweeping, &hurried, &fence);

    s->has_turn = !e;
    return !e || e->reason != LOCK_TAKEN;
}

static void end_turn(struct sweep *s)
{
    if (s->has_turn)
        lock_release(s->k->options.sweeping);
}

/* Read again behind the lock: what another had under way is there by then. */
static struct err *find_page(struct sweep *s, struct ctx *c)
{
    bool had_turn = s->has_turn;

    s->read_at = clock_wall_ms();
    TRY(sql_read_one(s->k->options.db, c, read_page, s));
    s->others_turn = s->found.count && !take_turn(s, c);
    if (s->others_turn)
        s->found.count = 0;
    if (s->has_turn == had_turn)
        return NULL;
    s->read_at = clock_wall_ms();
    return sql_read_one(s->k->options.db, c, read_page, s);
}

static struct err *next_page(struct sweep *s, struct ctx *c)
{
    TRY(find_page(s, c));
    if (s->found.count) {
        const struct fact *last = &s->found.at[s->found.count - 1];

        s->page.after_time = last->created_at;
        s->page.after_id = last->id;
        TRY(deliver_page(s, c));
    }
    if (!s->others_turn) /* else it is he who finds out whether all is well again */
        go_on(s->k, c);
    return NULL;
}

static struct err *read_oldest(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct sweep *s = arg;

    return outbox_oldest(tx, c, str_of(s->k->options.destination), &s->oldest);
}

/* By this clock, whose hand may stand elsewhere than that of the one who wrote the oldest: what the
 * destination does with it leaves room for that. */
static void note_settled(struct courier *k, struct ctx *c)
{
    struct sweep s = {.k = k};
    int64_t now = clock_wall_ms();

    if (sql_read_one(k->options.db, c, read_oldest, &s))
        return;
    k->settled_before = s.oldest && s.oldest < now ? s.oldest : now;
}

/* After a pause everything is due: nobody else tried it. */
static void sweep(struct courier *k, struct ctx *c)
{
    int64_t age = k->pause_ms ? 0 : k->options.age_ms;
    struct sweep s = {.k = k, .page = {.before = clock_wall_ms() - age + 1, .limit = FACT_BATCH}};
    struct err *e;

    k->sweep_at_ns = clock_monotonic_ns() + k->options.sweep_ms * CLOCK_NS_PER_MS;
    forget_delivered(k, c);
    do {
        e = next_page(&s, c);
        if (e)
            pause_now(k, c, e);
        else
            deliver_new(k, c);
    } while (!e && s.found.count == FACT_BATCH && !k->pause_ms);
    end_turn(&s);
    if (e)
        return;
    forget_delivered(k, c);
    note_settled(k, c);
}

static void *work(void *arg)
{
    struct courier *k = arg;
    struct ctx c = {.arena = &k->arena};

    (void)pthread_setname_np(pthread_self(), "courier");
    while (fact_queue_wait(&k->queue, k->sweep_at_ns)) {
        deliver_new(k, &c);
        if (clock_monotonic_ns() >= k->sweep_at_ns)
            sweep(k, &c);
        arena_reset(&k->arena);
    }
    deliver_new(k, &c);
    forget_delivered(k, &c);
    return NULL;
}

/* ---- life ---- */

struct courier *courier_create(const struct courier_options *options)
{
    struct courier *k = calloc(1, sizeof(*k));

    if (!k)
        abort();
    k->options = *options;
    fact_queue_init(&k->queue);
    return k;
}

struct err *courier_start(struct courier *k, struct ctx *c)
{
    if (pthread_create(&k->thread, NULL, work, k) != 0)
        return err_new(c, ERR_UNAVAILABLE, "no thread for a courier");
    k->started = true;
    return NULL;
}

void courier_destroy(struct courier *k)
{
    if (!k)
        return;
    fact_queue_close(&k->queue);
    if (k->started)
        pthread_join(k->thread, NULL);
    fact_queue_fini(&k->queue);
    arena_fini(&k->arena);
    free(k);
}

struct look {
    const char *destination;
    struct outbox_state state;
};

static struct err *look(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct look *l = arg;

    return outbox_look(tx, c, str_of(l->destination), &l->state);
}

struct err *courier_stats(struct courier *k, struct ctx *c, struct courier_stats *out)
{
    struct look l = {.destination = k->options.destination};

    TRY(sql_read(k->options.db, c, look, &l));
    *out = (struct courier_stats){
        .destination = k->options.destination,
        .waiting = l.state.count,
        .oldest_ms = l.state.oldest ? clock_wall_ms() - l.state.oldest : 0,
        .delivered = atomic_load(&k->facts),
        .calls = atomic_load(&k->calls),
        .failed = atomic_load(&k->failed),
        .refused = atomic_load(&k->refused),
        .down = fact_queue_is_shut(&k->queue),
    };
    return NULL;
}
