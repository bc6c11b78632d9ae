/* The bus: threads that claim a job, run it, and write down how it went. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bus.h"

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
    struct str topic;
    int64_t key;
};

void bus_wake(struct bus *bus)
{
    pthread_mutex_lock(&bus->lock);
    bus->generation++;
    pthread_mutex_unlock(&bus->lock);
    pthread_cond_broadcast(&bus->published);
}

static void wake_consumers(void *arg)
{
    bus_wake(arg);
}

static struct err *publish(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct publication *p = arg;

    TRY(bus_store_add(tx, c, p->topic, p->key, clock_wall_ms()));
    sql_on_commit(tx, c, wake_consumers, p->bus);
    return NULL;
}

struct err *bus_publish(struct bus *bus, struct ctx *c, struct str topic, int64_t key)
{
    struct publication p = {bus, topic, key};

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

struct claim {
    struct str topic;
    int64_t pause_max_ms;
    struct bus_job job;
    int64_t next_due;
};

static struct err *claim(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct claim *claim = arg;
    struct bus_due due = {.now = clock_wall_ms()};

    due.latest = due.now + claim->pause_max_ms;
    return bus_store_claim(tx, c, claim->topic, &due, &claim->job, &claim->next_due);
}

struct outcome {
    const struct bus_handler *handler;
    struct bus_job job;
    const struct err *e;
};

/* It was stopped, or lacked what has nothing to do with it. */
static bool is_no_attempt(const struct outcome *o)
{
    return o->e->code == ERR_CANCELLED || o->e->code == ERR_EXHAUSTED;
}

static int64_t pause_after(const struct outcome *o)
{
    if (o->e->code == ERR_CANCELLED)
        return 0;
    return is_no_attempt(o) ? o->handler->pause_ms : pause_before(o->handler, o->job.attempt);
}

static bool is_final(const struct outcome *o)
{
    enum err_code code = o->e->code;

    if (is_no_attempt(o))
        return false;
    return code == ERR_PRECONDITION || code == ERR_INVALID || code == ERR_NOT_FOUND ||
           o->job.attempt >= o->handler->attempts_max;
}

static struct err *write_outcome(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct outcome *o = arg;

    if (!o->e)
        return bus_store_remove(tx, c, o->job.id);
    const char *why = err_text(c, o->e);

    if (is_final(o))
        return bus_store_bury(tx, c, o->job.id, why);
    int64_t pause = pause_after(o);

    if (is_no_attempt(o))
        o->job.attempt--;
    return bus_store_retry(tx, c, &o->job, clock_wall_ms() + pause, why);
}

/*
 * What could not be written down is found again at the next start: at least once. So a death is
 * told before the job is buried: a crash between the two tells it again, and the other way round
 * never.
 */
static void run_job(struct consumer *self, struct ctx *c, const struct bus_job *job)
{
    const struct bus_handler *handler = &self->handler;
    struct outcome o = {.handler = handler, .job = *job};

    o.e = handler->run(handler->self, c, job, &self->bus->stop);
    if (o.e && is_final(&o) && handler->died)
        handler->died(handler->self, c, job, o.e);
    struct err *lost = sql_write(self->bus->db, c, write_outcome, &o);

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
        struct claim next = {
            .topic = self->topic,
            .pause_max_ms = pause_before(&self->handler, self->handler.attempts_max),
        };
        struct err *e = sql_write(self->bus->db, &c, claim, &next);

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

void bus_close(struct bus *bus)
{
    if (!bus)
        return;
    pthread_mutex_lock(&bus->lock);
    bus->stop = true;
    pthread_mutex_unlock(&bus->lock);
    pthread_cond_broadcast(&bus->published);
    for (size_t i = 0; i < bus->count; i++)
        pthread_join(bus->consumers[i].thread, NULL);
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

    TRY(sql_read(bus->db, c, read_list, &q));
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

    return bus_store_forget(tx, c, p->topic, p->key);
}

struct err *bus_forget(struct bus *bus, struct ctx *c, struct str topic, int64_t key)
{
    struct publication p = {bus, topic, key};

    return sql_write(bus->db, c, forget, &p);
}
