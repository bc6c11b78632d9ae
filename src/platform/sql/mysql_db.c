/* MySQL's side of sql.h: transactions on pooled connections, run again when they collide. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_db.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "clock.h"
#include "id_segments.h"
#include "mysql_pool.h"
#include "mysql_script.h"
#include "sequence.h"

enum {
    ATTEMPTS_MAX = 12,    /* of one transaction */
    PAUSE_MAX_MS = 64,    /* between two of them: at most; it doubles from 1 */
    MIGRATION_WAIT_S = 60 /* for another process that changes the schema */
};

/* The thread that submits runs the task. */
struct inline_writer {
    struct executor base; /* first */
    struct sql *db;
};

struct mysql_db {
    struct sql base; /* first */
    struct sql_options options;
    struct mysql_place *place, *replica_place; /* the second may be NULL */
    struct mysql_watch *watch;
    struct mysql_pool *writers, *readers;
    struct mysql_pool *replicas; /* NULL: there is none */
    struct mysql_pool *counter;  /* one connection for ids: no transaction waits for another's */
    struct inline_writer writer;
    void (*on_batch)(void *self);
    void *on_batch_self;
    _Atomic uint64_t jobs, failed_jobs, commits, commit_ns, retries, unknown, stale_reads;
};

struct mysql_tx {
    struct sql_tx base; /* first */
    struct mysql_conn *conn;
};

static struct mysql_db *of(struct sql *db)
{
    return (struct mysql_db *)db;
}

bool mysql_db_serves(struct str place)
{
    return mysql_place_is(place);
}

/* ---- writing ---- */

/* Whether the commit was done is known unless the connection was lost in it. */
static struct err *commit(struct mysql_db *db, struct ctx *c, struct mysql_tx *tx)
{
    int64_t began = clock_monotonic_ns();
    struct err *e = mysql_conn_do(tx->conn, c, "COMMIT");

    atomic_fetch_add(&db->commit_ns, (uint64_t)(clock_monotonic_ns() - began));
    atomic_fetch_add(&db->commits, 1);
    if (!e || !tx->conn->lost)
        return e;
    atomic_fetch_add(&db->unknown, 1);
    return err_reason(c, ERR_UNAVAILABLE, SQL_OUTCOME_UNKNOWN,
                      "sql: the connection was lost in a commit");
}

static bool has_time(const struct ctx *c)
{
    return !c->deadline_ns || clock_monotonic_ns() < c->deadline_ns;
}

/* One attempt. What ends it before the commit was sent leaves nothing behind on the server. */
static struct err *try_once(struct mysql_db *db, struct ctx *c, struct mysql_tx *tx, sql_work *work,
                            void *arg)
{
    sql_tx_begin_hooks(&tx->base);
    mysql_conn_begin(tx->conn, c);
    c->tx = &tx->base;
    struct err *e = work(&tx->base, c, arg);

    c->tx = NULL;
    if (!e && tx->conn->undone) /* work went on after a failure that had ended the transaction */
        e = err_reason(c, ERR_ABORTED, SQL_COLLISION, "sql: the transaction was undone");
    if (!e && !has_time(c)) /* a process that was frozen does nothing late: its caller has left */
        e = err_new(c, ERR_TIMEOUT, "sql: the deadline came before the commit");
    if (!e)
        e = commit(db, c, tx);
    if (e)
        mysql_conn_roll_back(tx->conn);
    return e;
}

/* Others were in the way, or the connection was lost before the commit. */
static bool may_try_again(const struct err *e, const struct mysql_conn *conn)
{
    if (e->reason == SQL_OUTCOME_UNKNOWN)
        return false;
    return e->reason == SQL_COLLISION || (conn->lost && e->code == ERR_UNAVAILABLE);
}

static void pause_before(unsigned attempt)
{
    int64_t most = INT64_C(1) << (attempt < 6 ? attempt : 6);
    int64_t ns = (clock_monotonic_ns() / 1000) % (most * CLOCK_NS_PER_MS) + 1;

    (void)nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
}

struct writing {
    struct mysql_db *db;
    struct mysql_pool *pool;
    sql_work *work;
    void *arg;
    struct sql_hook *hooks; /* of the attempt that was committed */
};

static struct err *attempt(struct writing *w, struct ctx *c, bool *again)
{
    struct mysql_tx tx = {.base = {.db = &w->db->base, .writes = true}};

    *again = false;
    TRY(mysql_pool_take(w->pool, c, &tx.conn));
    struct err *e = try_once(w->db, c, &tx, w->work, w->arg);

    *again = e && may_try_again(e, tx.conn);
    w->hooks = tx.base.hooks;
    mysql_pool_give(w->pool, tx.conn);
    return e;
}

/* Who is told to try again would, and that has been done. */
static struct err *given_up(struct ctx *c, const struct err *e)
{
    return err_new(c, ERR_UNAVAILABLE, "sql: %d attempts: %s", ATTEMPTS_MAX, err_text(c, e));
}

static struct err *run_write(struct writing *w, struct ctx *c)
{
    for (unsigned n = 1;; n++) {
        bool again;
        struct err *e = attempt(w, c, &again);

        if (!again)
            return e;
        if (n == ATTEMPTS_MAX)
            return given_up(c, e);
        if (!has_time(c))
            return err_new(c, ERR_TIMEOUT, "no time for another attempt: %s", err_text(c, e));
        atomic_fetch_add(&w->db->retries, 1);
        pause_before(n);
    }
}

static struct err *write_job(struct sql *base, struct ctx *c, sql_work *work, void *arg)
{
    struct mysql_db *db = of(base);
    struct writing w = {db, db->writers, work, arg, NULL};
    struct err *e = run_write(&w, c);

    if (e)
        atomic_fetch_add(&db->failed_jobs, 1);
    else
        sql_tx_run_hooks(w.hooks);
    if (db->on_batch)
        db->on_batch(db->on_batch_self);
    atomic_fetch_add(&db->jobs, 1);
    return e;
}

/* On a connection of its own, so it waits for nobody who waits for it. */
static struct err *write_beside(struct sql *base, struct ctx *c, sql_work *work, void *arg)
{
    struct mysql_db *db = of(base);
    struct writing w = {db, db->counter, work, arg, NULL};
    struct ctx apart = *c;

    apart.tx = NULL;
    return run_write(&w, &apart);
}

static struct err *run_task(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct task *task = arg;

    (void)tx, (void)c;
    return task->run(task);
}

static bool submit(struct executor *self, struct task *task)
{
    struct inline_writer *w = (struct inline_writer *)self;

    task->done(task, write_job(w->db, task->c, run_task, task));
    return true;
}

static struct executor *writer(struct sql *db)
{
    return &of(db)->writer.base;
}

/* ---- reading ---- */

static struct err *read_on(struct mysql_tx *tx, struct ctx *c, sql_work *work, void *arg)
{
    bool snapshot = tx->base.reading == SQL_READ_SNAPSHOT;

    mysql_conn_begin(tx->conn, c);
    if (snapshot)
        TRY(mysql_conn_begin_read(tx->conn, c));
    c->tx = &tx->base;
    struct err *e = work(&tx->base, c, arg);

    if (snapshot)
        mysql_conn_end_read(tx->conn);
    return e;
}

struct reading {
    enum sql_reading how;
    sql_work *work;
    void *arg;
};

/* *again: the connection was lost, as those of a server that was restarted all are. */
static struct err *read_from(struct mysql_db *db, struct mysql_pool *pool, struct ctx *c,
                             const struct reading *r, bool *again)
{
    struct mysql_tx tx = {.base = {.db = &db->base, .reading = r->how}};

    *again = false;
    TRY(mysql_pool_take(pool, c, &tx.conn));
    struct sql_tx *outer = c->tx;
    struct err *e = read_on(&tx, c, r->work, r->arg);

    c->tx = outer;
    *again = e && e->code == ERR_UNAVAILABLE && tx.conn->lost;
    mysql_pool_give(pool, tx.conn);
    return e;
}

static struct err *read_fresh(struct mysql_db *db, struct ctx *c, const struct reading *r)
{
    bool again;
    struct err *e = read_from(db, db->readers, c, r, &again);

    if (again && has_time(c)) /* what else is in the pool is as old, and not lent any more */
        e = read_from(db, db->readers, c, r, &again);
    return e;
}

/* A replica that is away costs a pause now and then, never an answer. */
static struct err *read_stale(struct mysql_db *db, struct ctx *c, const struct reading *r)
{
    bool again;
    struct err *e = read_from(db, db->replicas, c, r, &again);

    if (e && e->code == ERR_UNAVAILABLE)
        return read_fresh(db, c, r);
    atomic_fetch_add(&db->stale_reads, 1);
    return e;
}

static struct err *read_some(struct sql *base, struct ctx *c, enum sql_reading how, sql_work *work,
                             void *arg)
{
    struct mysql_db *db = of(base);
    const struct reading r = {how, work, arg};

    return how == SQL_READ_STALE && db->replicas ? read_stale(db, c, &r) : read_fresh(db, c, &r);
}

/* ---- the schema ---- */

/* The lock is the connection's, so it goes with this process. */
static struct err *lock_schema(struct mysql_tx *tx, struct ctx *c)
{
    struct sql_rows rows;

    TRY(sql_query(&tx->base, c, &rows,
                  "SELECT coalesce(get_lock(concat('duan schema ', database()), ?), 0)",
                  sql_int(MIGRATION_WAIT_S)));
    if (!sql_next(&rows) || sql_i64(&rows, 0) != 1)
        return err_new(c, ERR_UNAVAILABLE, "another process changes the schema");
    return NULL;
}

static struct err *unlock_schema(struct mysql_tx *tx, struct ctx *c)
{
    struct sql_rows rows;

    return sql_query(&tx->base, c, &rows,
                     "SELECT release_lock(concat('duan schema ', database()))");
}

static struct err *work_alone(struct mysql_db *db, struct ctx *c, struct mysql_tx *tx,
                              sql_work *work, void *arg)
{
    mysql_conn_begin(tx->conn, c);
    TRY(lock_schema(tx, c));
    struct err *e = try_once(db, c, tx, work, arg);

    if (!e)
        sql_tx_run_hooks(tx->base.hooks);
    if (!tx->conn->lost && unlock_schema(tx, c))
        tx->conn->lost = true; /* then it goes with the connection */
    return e;
}

static struct err *write_alone(struct sql *base, struct ctx *c, sql_work *work, void *arg)
{
    struct mysql_db *db = of(base);
    struct mysql_tx tx = {.base = {.db = base, .writes = true}};

    TRY(mysql_pool_take(db->writers, c, &tx.conn));
    struct err *e = work_alone(db, c, &tx, work, arg);

    mysql_pool_give(db->writers, tx.conn);
    return e;
}

/* ---- statements ---- */

static struct err *run(struct sql_tx *tx, struct ctx *c, struct sql_rows *rows, int64_t *changed,
                       const struct sql_call *call)
{
    return mysql_conn_run(((struct mysql_tx *)tx)->conn, c, rows, changed, call);
}

static struct err *script(struct sql_tx *tx, struct ctx *c, const char *text)
{
    return mysql_script_run(((struct mysql_tx *)tx)->conn, c, text);
}

/* ---- life ---- */

static void on_batch(struct sql *db, void (*fn)(void *self), void *self)
{
    of(db)->on_batch_self = self;
    of(db)->on_batch = fn;
}

static void on_foreign_write(struct sql *db, void (*fn)(void *self), void *self)
{
    (void)db, (void)fn, (void)self;
}

static void add_waits(struct sql_stats *out, struct mysql_pool_stats pool)
{
    out->refused += pool.refused;
    out->waits += pool.waits;
    out->wait_ns += pool.wait_ns;
    out->connects += pool.connects;
    out->losses += pool.losses;
}

static void stats(struct sql *base, struct sql_stats *out)
{
    struct mysql_db *db = of(base);
    struct mysql_pool_stats writers = mysql_pool_stats(db->writers);
    struct mysql_pool_stats readers = mysql_pool_stats(db->readers);

    *out = (struct sql_stats){
        .commits = db->commits,
        .jobs = db->jobs,
        .failed_jobs = db->failed_jobs,
        .commit_ns = db->commit_ns,
        .reads = readers.takes,
        .readers_open = readers.open,
        .readers_busy = readers.busy,
        .writers_open = writers.open,
        .writers_busy = writers.busy,
        .queued = writers.waiting + readers.waiting,
        .retries = db->retries,
        .unknown = db->unknown,
        .stale_reads = db->stale_reads,
    };
    add_waits(out, writers);
    add_waits(out, readers);
}

static void close_db(struct sql *base)
{
    struct mysql_db *db = of(base);

    id_segments_destroy(db->base.segments);
    mysql_pool_destroy(db->counter);
    mysql_pool_destroy(db->replicas);
    mysql_pool_destroy(db->readers);
    mysql_pool_destroy(db->writers);
    mysql_watch_destroy(db->watch);
    mysql_place_free(db->replica_place);
    mysql_place_free(db->place);
    free(db);
}

static const struct sql_driver driver = {
    .close = close_db,
    .writer = writer,
    .write = write_job,
    .read = read_some,
    .write_alone = write_alone,
    .write_beside = write_beside,
    .run = run,
    .script = script,
    .on_batch = on_batch,
    .on_foreign_write = on_foreign_write,
    .stats = stats,
    .keeps_schema = true,
};

static void create_pools(struct mysql_db *db)
{
    const struct sql_options *o = &db->options;

    db->watch = mysql_watch_create();
    db->writers = mysql_pool_create(db->place, MYSQL_ROLE_WRITER, o->writers_max, o, db->watch);
    db->readers = mysql_pool_create(db->place, MYSQL_ROLE_READER, o->readers_max, o, db->watch);
    db->counter = mysql_pool_create(db->place, MYSQL_ROLE_WRITER, 1, o, db->watch);
    if (db->replica_place)
        db->replicas =
            mysql_pool_create(db->replica_place, MYSQL_ROLE_READER, o->readers_max, o, db->watch);
    db->base.segments = id_segments_create(sequence_fetch, &db->base);
}

/* A wrong password, a missing database: told now, not to the first who writes. */
static struct err *reach_once(struct mysql_db *db, struct ctx *c)
{
    struct mysql_conn *conn;

    TRY(mysql_pool_take(db->writers, c, &conn));
    mysql_pool_give(db->writers, conn);
    return NULL;
}

static struct err *open_parts(struct mysql_db *db, struct ctx *c, struct str place)
{
    TRY(mysql_place_parse(c, place, &db->place));
    if (db->options.replica.len)
        TRY(mysql_place_parse(c, db->options.replica, &db->replica_place));
    create_pools(db);
    return reach_once(db, c);
}

struct err *mysql_db_open(struct ctx *c, struct str place, const struct sql_options *options,
                          struct sql **out)
{
    struct mysql_db *db = calloc(1, sizeof(*db));

    if (!db)
        abort();
    db->base.driver = &driver;
    db->options = *options;
    db->writer = (struct inline_writer){{submit}, &db->base};
    struct err *e = open_parts(db, c, place);
    if (e) {
        close_db(&db->base);
        return e;
    }
    *out = &db->base;
    return NULL;
}
