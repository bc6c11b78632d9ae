/* The bus: threads that claim a job, run it, and write down how it went. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bus.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "bus_store.h"
#include "clock.h"

enum { THREADS_MAX = 64, PAUSE_MAX_MS = 3600 * 1000, IDLE_LOOK_MS = 60 * 1000 };

struct consumer {
    struct bus *bus;
    struct str topic;
    struct bus_handler handler;
    pthread_t thread;
};

struct bus {
    struct sql *db; /* borrowed */
    atomic_bool stop;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t published;
    uint64_t generation; /* moves with every publication: nothing is missed between two looks */
    struct consumer consumers[THREADS_MAX];
    size_t count;
};

/* ---- publishing ---- */

struct publication {
    struct bus *bus;
    struct bus_new job;
    bool sooner; /* one that waits already does not wait for longer */
};

void bus_wake(struct bus *bus)
{
    pthread_mutex_lock(&bus->lock);
    bus->generation++;
    pthread_cond_broadcast(&bus->published); /* before the lock is given up: then it may close */
    pthread_mutex_unlock(&bus->lock);
}

static void wake_consumers(void *arg)
{
    bus_wake(arg);
}

static struct err *publish(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct publication *p = arg;

    TRY(bus_store_add(tx, c, &p->job));
    if (p->sooner)
        TRY(bus_store_hasten(tx, c, &p->job));
    sql_on_commit(tx, c, wake_consumers, p->bus);
    return NULL;
}

struct err *bus_publish(struct bus *bus, struct ctx *c, struct str topic, int64_t key)
{
    int64_t now = clock_wall_ms();
    struct publication p = {bus, {topic, key, now, now}, false};

    return sql_write(bus->db, c, publish, &p);
}

struct err *bus_publish_at(struct bus *bus, struct ctx *c, struct str topic, int64_t key,
                           int64_t run_at)
{
    struct publication p = {bus, {topic, key, clock_wall_ms(), run_at}, true};

    return sql_write(bus->db, c, publish, &p);
}

/* ---- consuming ---- */

static int64_t pause_before(const struct bus_handler *handler, int64_t attempt)
{
    int64_t pause = handler->pause_ms;

    for (int64_t i = 1; i < attempt && pause < PAUSE_MAX_MS; i++)
        pause *= 2;
    return pause < PAUSE_MAX_MS ? pause : PAUSE_MAX_MS;
}

/* Nobody waits longer on purpose. */
static int64_t longest_wait(const struct bus_handler *handler)
{
    int64_t pause = pause_before(handler, handler->attempts_max);

    return pause > BUS_LATER_MAX_MS ? pause : BUS_LATER_MAX_MS;
}

struct claim {
    struct bus_due due;
    struct bus_job job;
    int64_t next_due;
    bool taken;
};

static struct err *look(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct claim *claim = arg;

    return bus_store_look(tx, c, &claim->due, &claim->job, &claim->next_due);
}

static struct err *take(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct claim *claim = arg;

    return bus_store_take(tx, c, &claim->job, claim->due.lease_until, &claim->taken);
}

/* Looks first, so that those who find nothing to do write nothing; and as long as others are
 * quicker, again: each time one of them has got something. */
static struct err *claim_one(struct bus *bus, struct ctx *c, struct claim *claim)
{
    for (;;) {
        TRY(sql_read(bus->db, c, look, claim));
        if (!claim->job.id)
            return NULL;
        TRY(sql_write(bus->db, c, take, claim));
        if (claim->taken)
            return NULL;
    }
}

struct outcome {
    const struct bus_job *job;
    const struct bus_verdict *verdict;
};

static struct str first_bytes(struct str text, size_t max)
{
    if (text.len <= max)
        return text;
    while (max && ((unsigned char)text.ptr[max] & 0xc0) == 0x80) /* within a character */
        max--;
    return (struct str){text.ptr, max};
}

static struct err *write_outcome(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct outcome *o = arg;
    struct bus_job job = *o->job;
    struct str why = first_bytes(o->verdict->why, BUS_WHY_MAX);

    if (o->verdict->what == BUS_DONE)
        return bus_store_remove(tx, c, &job);
    if (o->verdict->what == BUS_BURY)
        return bus_store_bury(tx, c, &job, why);
    job.attempt -= o->verdict->is_no_attempt;
    return bus_store_retry(tx, c, &job, clock_wall_ms() + o->verdict->pause_ms, why);
}

struct err *bus_end(struct bus *bus, struct ctx *c, const struct bus_job *job,
                    const struct bus_verdict *verdict)
{
    struct outcome o = {job, verdict};

    if (verdict->pause_ms < 0 || verdict->pause_ms > PAUSE_MAX_MS)
        return err_new(c, ERR_INVALID, "a pause of %" PRId64 " milliseconds", verdict->pause_ms);
    return sql_write(bus->db, c, write_outcome, &o);
}

static bool cannot_get_better(enum err_code code)
{
    return code == ERR_PRECONDITION || code == ERR_INVALID || code == ERR_NOT_FOUND;
}

struct bus_verdict bus_judge(const struct bus_handler *handler, struct ctx *c,
                             const struct bus_job *job, const struct err *e)
{
    struct bus_verdict v = {.what = BUS_DONE};

    if (!e)
        return v;
    v.what = BUS_AGAIN;
    v.why = str_of(err_text(c, e));
    v.is_no_attempt = e->code == ERR_CANCELLED || e->code == ERR_EXHAUSTED;
    if (v.is_no_attempt)
        v.pause_ms = e->code == ERR_CANCELLED ? 0 : handler->pause_ms;
    else if (cannot_get_better(e->code) || job->attempt >= handler->attempts_max)
        v.what = BUS_BURY;
    else
        v.pause_ms = pause_before(handler, job->attempt);
    return v;
}

/*
 * What could not be written down is found again at the next start: at least once. So a death is
 * told before the job is buried: a crash between the two tells it again, and the other way round
 * never.
 */
static void run_job(struct consumer *self, struct ctx *c, const struct bus_job *job)
{
    const struct bus_handler *handler = &self->handler;
    struct err *e = handler->run(handler->self, c, job, &self->bus->stop);
    struct bus_verdict verdict = bus_judge(handler, c, job, e);

    if (verdict.what == BUS_BURY && handler->died)
        handler->died(handler->self, c, job, e);
    struct err *lost = bus_end(self->bus, c, job, &verdict);

    (void)lost;
}

static void sleep_until(struct bus *bus, int64_t due_ms, uint64_t seen)
{
    int64_t pause = due_ms - clock_wall_ms();

    pause = pause < 1 ? 1 : pause > IDLE_LOOK_MS ? IDLE_LOOK_MS : pause;
    int64_t at = clock_monotonic_ns() + pause * CLOCK_NS_PER_MS;
    struct timespec until = {at / CLOCK_NS_PER_S, at % CLOCK_NS_PER_S};

    pthread_mutex_lock(&bus->lock);
    while (bus->generation == seen && !bus->stop)
        if (pthread_cond_timedwait(&bus->published, &bus->lock, &until) != 0)
            break;
    pthread_mutex_unlock(&bus->lock);
}

static uint64_t generation_of(struct bus *bus)
{
    pthread_mutex_lock(&bus->lock);
    uint64_t generation = bus->generation;

    pthread_mutex_unlock(&bus->lock);
    return generation;
}

static void *consume(void *arg)
{
    struct consumer *self = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    (void)pthread_setname_np(pthread_self(), "bus");
    while (!self->bus->stop) {
        uint64_t seen = generation_of(self->bus);
        int64_t now = clock_wall_ms();
        struct claim next = {
            .due = {.topic = self->topic,
                    .now = now,
                    .latest = now + longest_wait(&self->handler),
                    .lease_until = INT64_MAX}, /* until this process ends: bus_recover() */
        };
        struct err *e = claim_one(self->bus, &c, &next);

        if (!e && next.job.id)
            run_job(self, &c, &next.job);
        else
            sleep_until(self->bus, e ? clock_wall_ms() + CLOCK_MS_PER_S : next.next_due, seen);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

struct err *bus_consume(struct bus *bus, struct ctx *c, const char *topic, size_t threads,
                        const struct bus_handler *handler)
{
    for (size_t i = 0; i < threads; i++) {
        if (bus->count == THREADS_MAX)
            return err_new(c, ERR_EXHAUSTED, "more than %d consumers", THREADS_MAX);
        struct consumer *one = &bus->consumers[bus->count];

        *one = (struct consumer){.bus = bus, .topic = str_of(topic), .handler = *handler};
        if (pthread_create(&one->thread, NULL, consume, one) != 0)
            return err_new(c, ERR_UNAVAILABLE, "no thread for %s", topic);
        bus->count++;
    }
    return NULL;
}

/* ---- claims from other processes ---- */

const char BUS_LEASE_LOST[] = "lease_lost";

static struct err *check_lease(struct ctx *c, int64_t lease_ms)
{
    return lease_ms >= BUS_LEASE_MIN_MS && lease_ms <= BUS_LEASE_MAX_MS
               ? NULL
               : err_new(c, ERR_INVALID, "a lease lasts from %d to %d milliseconds",
                         BUS_LEASE_MIN_MS, BUS_LEASE_MAX_MS);
}

struct err *bus_claim(struct bus *bus, struct ctx *c, struct str topic, int64_t lease_ms,
                      struct bus_job *out)
{
    TRY(check_lease(c, lease_ms));
    int64_t now = clock_wall_ms();
    struct claim next = {.due = {.topic = topic,
                                 .now = now,
                                 .latest = now + PAUSE_MAX_MS,
                                 .lease_until = now + lease_ms}};

    TRY(claim_one(bus, c, &next));
    *out = next.job;
    return NULL;
}

struct renewal {
    const struct bus_job *job;
    int64_t until;
};

static struct err *renew(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct renewal *r = arg;

    return bus_store_renew(tx, c, r->job, r->until);
}

struct err *bus_renew(struct bus *bus, struct ctx *c, const struct bus_job *job, int64_t lease_ms)
{
    TRY(check_lease(c, lease_ms));
    struct renewal r = {job, clock_wall_ms() + lease_ms};

    return sql_write(bus->db, c, renew, &r);
}

struct holder {
    const struct bus_job *job;
};

static struct err *hold(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct holder *h = arg;

    return bus_store_hold(tx, c, h->job);
}

struct err *bus_hold(struct bus *bus, struct ctx *c, const struct bus_job *job)
{
    struct holder h = {job};

    return sql_write(bus->db, c, hold, &h);
}

/* ---- life ---- */

static struct err *reset(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return bus_store_reset(tx, c);
}

struct err *bus_recover(struct bus *bus, struct ctx *c)
{
    return sql_write(bus->db, c, reset, NULL);
}

struct err *bus_open(struct ctx *c, struct sql *db, struct bus **out)
{
    (void)c;
    struct bus *bus = calloc(1, sizeof(*bus));
    pthread_condattr_t attr;

    if (!bus || pthread_mutex_init(&bus->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&bus->published, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    bus->db = db;
    *out = bus;
    return NULL;
}

void bus_stop(struct bus *bus)
{
    if (!bus)
        return;
    pthread_mutex_lock(&bus->lock);
    bus->stop = true;
    pthread_mutex_unlock(&bus->lock);
    pthread_cond_broadcast(&bus->published);
    for (size_t i = 0; i < bus->count; i++)
        pthread_join(bus->consumers[i].thread, NULL);
    bus->count = 0;
}

void bus_close(struct bus *bus)
{
    if (!bus)
        return;
    bus_stop(bus);
    pthread_cond_destroy(&bus->published);
    pthread_mutex_destroy(&bus->lock);
    free(bus);
}

struct stats_question {
    struct str topic;
    struct bus_stats *out;
};

static struct err *read_stats(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct stats_question *q = arg;

    return bus_store_stats(tx, c, q->topic, clock_wall_ms(), q->out);
}

struct err *bus_stats(struct bus *bus, struct ctx *c, struct str topic, struct bus_stats *out)
{
    struct stats_question q = {topic, out};

    return sql_read(bus->db, c, read_stats, &q);
}

/* ---- looking after the queue ---- */

struct list_question {
    int64_t after, limit;
    struct bus_entries found;
};

static struct err *read_list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_question *q = arg;

    return bus_store_list(tx, c, q->after, q->limit, &q->found);
}

struct err *bus_list(struct bus *bus, struct ctx *c, int64_t after, int64_t limit,
                     struct bus_entries *out)
{
    struct list_question q = {.after = after, .limit = limit};

    TRY(sql_read_one(bus->db, c, read_list, &q));
    *out = q.found;
    return NULL;
}

struct retry_order {
    struct bus *bus;
    int64_t id;
};

static struct err *retry(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct retry_order *o = arg;

    TRY(bus_store_revive(tx, c, o->id, clock_wall_ms()));
    sql_on_commit(tx, c, wake_consumers, o->bus);
    return NULL;
}

struct err *bus_retry(struct bus *bus, struct ctx *c, int64_t id)
{
    struct retry_order o = {bus, id};

    return sql_write(bus->db, c, retry, &o);
}

static struct err *forget(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct publication *p = arg;

    return bus_store_forget(tx, c, p->job.topic, p->job.key);
}

struct err *bus_forget(struct bus *bus, struct ctx *c, struct str topic, int64_t key)
{
    struct publication p = {.bus = bus, .job = {.topic = topic, .key = key}};

    return sql_write(bus->db, c, forget, &p);
}
