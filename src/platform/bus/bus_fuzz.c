/* Fuzz target: the table of jobs against a model in memory. Two bytes of input are one thing that
 * happens. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "bus_store.h"

enum {
    KEYS = 5,
    JOBS_MAX = 64,
    STEPS_MAX = 200,
    TOPICS = 2,
    PAUSE = 3,
    LEASE = 4,
    LOOK_EVERY = 16
};

static const struct str topics[TOPICS] = {STR_INIT("alpha"), STR_INIT("\"beta\" '%\n")};

struct job {
    int64_t id, key, attempt, run_at, token, lease_until;
    size_t topic;
    enum bus_state state;
};

/* What the table should hold, in the order of ids. */
struct model {
    struct job jobs[JOBS_MAX];
    size_t count;
    int64_t now;
};

struct run {
    const uint8_t *data;
    size_t size;
    struct model m;
};

/* ---- the model ---- */

static struct job *waiting(struct model *m, size_t topic, int64_t key)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->jobs[i].topic == topic && m->jobs[i].key == key && m->jobs[i].state == BUS_WAITING)
            return &m->jobs[i];
    return NULL;
}

static struct job *first(struct model *m, size_t topic, enum bus_state state, int64_t lease_max)
{
    struct job *found = NULL;

    for (size_t i = 0; i < m->count; i++)
        if (m->jobs[i].topic == topic && m->jobs[i].state == state &&
            m->jobs[i].lease_until <= lease_max && (!found || m->jobs[i].run_at < found->run_at))
            found = &m->jobs[i];
    return found;
}

/* As its holder names it. */
static struct bus_job held(const struct job *job)
{
    return (struct bus_job){job->id, topics[job->topic], job->key, job->attempt, job->token};
}

static void forget(struct model *m, struct job *job)
{
    struct job *end = m->jobs + m->count--;

    memmove(job, job + 1, (size_t)(end - (job + 1)) * sizeof(*job));
}

/* The one that `pick` chooses among those that run. */
static struct job *running(struct model *m, size_t pick)
{
    size_t found = 0;

    for (size_t round = 0; round < 2; round++, pick %= found ? found : 1)
        for (size_t i = 0, n = 0; i < m->count; i++)
            if (m->jobs[i].state == BUS_RUNNING && (round == 0 ? !++found : n++ == pick))
                return &m->jobs[i];
    return NULL;
}

/* ---- what may happen: to the table and to the model ---- */

static struct err *publish(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    size_t topic = arg % TOPICS;
    int64_t key = arg / TOPICS % KEYS - 1;

    if (m->count == JOBS_MAX)
        return NULL;
    TRY(bus_store_add(tx, c, &(struct bus_new){topics[topic], key, m->now, m->now}));
    if (!waiting(m, topic, key))
        m->jobs[m->count++] = (struct job){0, key, 0, m->now, 0, 0, topic, BUS_WAITING};
    return NULL;
}

static struct err *publish_for_later(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    size_t topic = arg % TOPICS;
    int64_t key = arg / TOPICS % KEYS - 1, run_at = m->now + arg / TOPICS / KEYS % PAUSE;
    struct job *waits = waiting(m, topic, key);
    const struct bus_new job = {topics[topic], key, m->now, run_at};

    if (m->count == JOBS_MAX)
        return NULL;
    TRY(bus_store_add(tx, c, &job));
    TRY(bus_store_hasten(tx, c, &job));
    if (!waits)
        m->jobs[m->count++] = (struct job){0, key, 0, run_at, 0, 0, topic, BUS_WAITING};
    else if (waits->run_at > run_at)
        waits->run_at = run_at;
    return NULL;
}

static struct err *claim(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    size_t topic = arg % TOPICS;
    struct job *left = first(m, topic, BUS_RUNNING, m->now);
    struct job *waits = first(m, topic, BUS_WAITING, INT64_MAX), *want = left ? left : waits;
    const struct bus_due due = {topics[topic], m->now, m->now + PAUSE,
                                arg & TOPICS ? m->now + LEASE : INT64_MAX};
    bool is_due = left || (waits && waits->run_at <= m->now), taken;
    struct bus_job got;
    int64_t next_due;

    TRY(bus_store_look(tx, c, &due, &got, &next_due));
    FUZZ_CHECK((got.id != 0) == is_due);
    FUZZ_CHECK(next_due == (want && !is_due ? want->run_at : INT64_MAX));
    if (!got.id)
        return NULL;
    FUZZ_CHECK(got.key == want->key && str_eq(got.topic, topics[topic]));
    FUZZ_CHECK(got.attempt == want->attempt + 1 && (!want->id || got.id == want->id));
    FUZZ_CHECK(got.token == want->token + 1);
    TRY(bus_store_take(tx, c, &got, due.lease_until, &taken));
    FUZZ_CHECK(taken);
    TRY(bus_store_take(tx, c, &got, due.lease_until, &taken));
    FUZZ_CHECK(!taken);
    want->id = got.id;
    want->attempt = got.attempt;
    want->token = got.token;
    want->lease_until = due.lease_until;
    want->state = BUS_RUNNING;
    return NULL;
}

static struct err *renew(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    struct job *job = running(m, arg);

    if (!job)
        return NULL;
    struct bus_job holder = held(job);

    TRY(bus_store_hold(tx, c, &holder));
    job->lease_until = m->now + arg % LEASE;
    return bus_store_renew(tx, c, &holder, job->lease_until);
}

static bool lost(const struct err *e)
{
    return e && e->code == ERR_ABORTED && e->reason == BUS_LEASE_LOST;
}

/* Whoever held it before, or never did, moves nothing. */
static struct err *meddle(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    struct job *job = running(m, arg);

    if (!job)
        return NULL;
    struct bus_job other = held(job);

    other.token -= 1 + arg % 2;
    FUZZ_CHECK(lost(bus_store_hold(tx, c, &other)));
    FUZZ_CHECK(lost(bus_store_renew(tx, c, &other, INT64_MAX)));
    FUZZ_CHECK(lost(bus_store_remove(tx, c, &other)));
    FUZZ_CHECK(lost(bus_store_retry(tx, c, &other, 0, STR("it"))));
    FUZZ_CHECK(lost(bus_store_bury(tx, c, &other, STR("it"))));
    return NULL;
}

static struct err *finish(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    struct job *job = running(m, arg);

    if (!job)
        return NULL;
    struct bus_job holder = held(job);

    TRY(bus_store_remove(tx, c, &holder));
    forget(m, job);
    return NULL;
}

static struct err *retry(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    struct job *job = running(m, arg);

    if (!job)
        return NULL;
    struct bus_job again = held(job);

    TRY(bus_store_retry(tx, c, &again, m->now + arg % PAUSE,
                        STR("it said: \"no\"; DROP TABLE bus_job")));
    if (waiting(m, job->topic, job->key)) {
        forget(m, job);
        return NULL;
    }
    job->state = BUS_WAITING;
    job->run_at = m->now + arg % PAUSE;
    return NULL;
}

static struct err *bury(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    struct job *job = running(m, arg);

    if (!job)
        return NULL;
    struct bus_job holder = held(job);

    TRY(bus_store_bury(tx, c, &holder, (struct str){0}));
    job->state = BUS_DEAD;
    return NULL;
}

/* Another job of its key waits, or runs and is younger: then that one is enough after a crash. */
static bool has_successor(struct model *m, const struct job *job)
{
    for (const struct job *other = job + 1; other < m->jobs + m->count; other++)
        if (other->state == BUS_RUNNING && other->topic == job->topic && other->key == job->key)
            return true;
    return waiting(m, job->topic, job->key) != NULL;
}

static struct err *reset(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    (void)arg;
    TRY(bus_store_reset(tx, c));
    for (size_t i = 0; i < m->count;) {
        struct job *job = &m->jobs[i];

        if (job->state == BUS_RUNNING && has_successor(m, job)) {
            forget(m, job);
            continue;
        }
        if (job->state == BUS_RUNNING)
            job->state = BUS_WAITING;
        i++;
    }
    return NULL;
}

/* The jobs of a key are gone, but for what runs. */
static struct err *drop_key(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    size_t topic = arg % TOPICS;
    int64_t key = arg / TOPICS % KEYS - 1;

    TRY(bus_store_forget(tx, c, topics[topic], key));
    for (size_t i = m->count; i-- > 0;)
        if (m->jobs[i].topic == topic && m->jobs[i].key == key && m->jobs[i].state != BUS_RUNNING)
            forget(m, &m->jobs[i]);
    return NULL;
}

static struct err *wait(struct sql_tx *tx, struct ctx *c, struct model *m, uint8_t arg)
{
    (void)tx, (void)c;
    m->now += arg % (2 * PAUSE);
    return NULL;
}

/* ---- what must hold ---- */

static void check_stats(struct sql_tx *tx, struct ctx *c, struct model *m)
{
    for (size_t topic = 0; topic < TOPICS; topic++) {
        int64_t counts[BUS_DEAD + 1] = {0};
        struct bus_stats s = {0};

        for (size_t i = 0; i < m->count; i++)
            counts[m->jobs[i].state] += m->jobs[i].topic == topic;
        FUZZ_CHECK(!bus_store_stats(tx, c, topics[topic], m->now, &s));
        FUZZ_CHECK(s.waiting == counts[BUS_WAITING] && s.running == counts[BUS_RUNNING]);
        FUZZ_CHECK(s.dead == counts[BUS_DEAD] && s.oldest_ms >= 0);
    }
}

static struct err *play(struct sql_tx *tx, struct ctx *c, void *arg)
{
    static struct err *(*const steps[])(struct sql_tx *, struct ctx *, struct model *, uint8_t) = {
        publish,           claim, finish, retry,  bury, wait, reset, drop_key,
        publish_for_later, claim, renew,  meddle,
    };
    struct run *run = arg;

    TRY(sql_exec(tx, c, "DELETE FROM bus_job WHERE id > 0"));
    for (size_t i = 0; i + 1 < run->size && i / 2 < STEPS_MAX; i += 2) {
        TRY(steps[run->data[i] % COUNT(steps)](tx, c, &run->m, run->data[i + 1]));
        if (i / 2 % LOOK_EVERY == 0)
            check_stats(tx, c, &run->m);
    }
    check_stats(tx, c, &run->m);
    return NULL;
}

/* One database for all inputs. */
static struct sql *open_once(struct ctx *c)
{
    static struct sql *db;
    struct sql_options options = sql_defaults;

    options.durable = false;
    if (!db) {
        FUZZ_CHECK(!sql_open(c, STR(":memory:"), &options, &db));
        FUZZ_CHECK(!migrate(db, c, &bus_migrations, 1));
    }
    return db;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct run run = {.data = data, .size = size, .m = {.now = 1000}};

    FUZZ_CHECK(!sql_write(open_once(&c), &c, play, &run));
    arena_fini(&arena);
    return 0;
}
