/* The table of jobs: waiting, running, dead. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bus_store.h"

#include <inttypes.h>

static const struct migration steps[] = {
    {"bus", 1, "create",
     "CREATE TABLE bus_job (id INTEGER PRIMARY KEY, topic VARCHAR(32) NOT NULL,"
     " job_key BIGINT NOT NULL, state INT NOT NULL, attempt BIGINT NOT NULL, run_at BIGINT NOT "
     "NULL,"
     " created_at BIGINT NOT NULL, last_error VARCHAR(512) NOT NULL DEFAULT '');"
     "CREATE INDEX bus_job_due ON bus_job (topic, state, run_at, id);"
     "CREATE UNIQUE INDEX bus_job_waiting ON bus_job (topic, job_key) WHERE state = 0"
     "\n-- mysql\n" /* no index of some of the rows: what is NULL is never the same as another */
     "CREATE TABLE bus_job (id BIGINT AUTO_INCREMENT PRIMARY KEY, topic VARCHAR(32) NOT NULL,"
     " job_key BIGINT NOT NULL, state INT NOT NULL, attempt BIGINT NOT NULL,"
     " run_at BIGINT NOT NULL, created_at BIGINT NOT NULL,"
     " last_error VARCHAR(512) NOT NULL DEFAULT '',"
     " waiting INT GENERATED ALWAYS AS (CASE WHEN state = 0 THEN 1 END) VIRTUAL);"
     "CREATE INDEX bus_job_due ON bus_job (topic, state, run_at, id);"
     "CREATE UNIQUE INDEX bus_job_waiting ON bus_job (topic, job_key, waiting)"},
    {"bus", 2, "by_key", "CREATE INDEX bus_job_key ON bus_job (topic, job_key)"},
    {"bus", 3, "lease",
     "ALTER TABLE bus_job ADD COLUMN token BIGINT NOT NULL DEFAULT 0;"
     "ALTER TABLE bus_job ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;"
     "ALTER TABLE bus_job ADD COLUMN writes BIGINT NOT NULL DEFAULT 0"},
};
const struct migration_list bus_migrations = {steps, COUNT(steps)};

struct err *bus_store_add(struct sql_tx *tx, struct ctx *c, const struct bus_new *job)
{
    struct err *e =
        sql_exec(tx, c,
                 "INSERT INTO bus_job (topic, job_key, state, attempt, run_at,"
                 " created_at) VALUES (?, ?, 0, 0, ?, ?)",
                 sql_text(job->topic), sql_int(job->key), sql_int(job->run_at), sql_int(job->now));

    return e && e->code == ERR_EXISTS ? NULL : e;
}

struct err *bus_store_hasten(struct sql_tx *tx, struct ctx *c, const struct bus_new *job)
{
    return sql_exec(tx, c,
                    "UPDATE bus_job SET run_at = ? WHERE topic = ? AND job_key = ? AND state = 0"
                    " AND run_at > ?",
                    sql_int(job->run_at), sql_text(job->topic), sql_int(job->key),
                    sql_int(job->run_at));
}

/* ---- who may run it ---- */

/* The first that waits after a time. */
static struct err *first_after(struct sql_tx *tx, struct ctx *c, struct str topic, int64_t time,
                               struct sql_rows *out)
{
    return sql_query(tx, c, out,
                     "SELECT id, job_key, attempt, token, run_at FROM bus_job WHERE topic = ?"
                     " AND state = 0 AND run_at > ? ORDER BY run_at, id LIMIT 1",
                     sql_text(topic), sql_int(time));
}

/* One whose holder has not been heard of. */
static struct err *first_left(struct sql_tx *tx, struct ctx *c, const struct bus_due *due,
                              struct sql_rows *out)
{
    return sql_query(tx, c, out,
                     "SELECT id, job_key, attempt, token FROM bus_job WHERE topic = ?"
                     " AND state = 1 AND lease_until <= ? ORDER BY run_at, id LIMIT 1",
                     sql_text(due->topic), sql_int(due->now));
}

/* True in *found: *out stands on its row. */
static struct err *find_due(struct sql_tx *tx, struct ctx *c, const struct bus_due *due,
                            struct sql_rows *out, bool *found, int64_t *next_due)
{
    TRY(first_left(tx, c, due, out));
    if ((*found = sql_next(out)))
        return NULL;
    TRY(first_after(tx, c, due->topic, INT64_MIN, out));
    *found = sql_next(out);
    if (!*found || sql_i64(out, 4) <= due->now)
        return NULL;
    *next_due = sql_i64(out, 4);
    TRY(first_after(tx, c, due->topic, due->latest, out));
    *found = sql_next(out);
    return NULL;
}

struct err *bus_store_look(struct sql_tx *tx, struct ctx *c, const struct bus_due *due,
                           struct bus_job *out, int64_t *next_due)
{
    struct sql_rows rows;
    bool found;

    *out = (struct bus_job){.topic = due->topic};
    *next_due = INT64_MAX;
    TRY(find_due(tx, c, due, &rows, &found, next_due));
    if (found)
        *out = (struct bus_job){sql_i64(&rows, 0), due->topic, sql_i64(&rows, 1),
                                sql_i64(&rows, 2) + 1, sql_i64(&rows, 3) + 1};
    return NULL;
}

/* Every claim moves the token, so of two processes that saw the same row one changes it. */
struct err *bus_store_take(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                           int64_t lease_until, bool *taken)
{
    int64_t changed = 0;

    TRY(sql_exec_count(tx, c, &changed,
                       "UPDATE bus_job SET state = 1, attempt = ?, token = ?, lease_until = ?"
                       " WHERE id = ? AND token = ? AND state < 2",
                       sql_int(job->attempt), sql_int(job->token), sql_int(lease_until),
                       sql_int(job->id), sql_int(job->token - 1)));
    *taken = changed > 0;
    return NULL;
}

static struct err *held(struct ctx *c, const struct bus_job *job, int64_t changed)
{
    return changed ? NULL
                   : err_reason(c, ERR_ABORTED, BUS_LEASE_LOST,
                                "job %" PRId64 " is no longer yours", job->id);
}

/* What `writes` is for: a row that was only read could be claimed before this is committed. */
struct err *bus_store_hold(struct sql_tx *tx, struct ctx *c, const struct bus_job *job)
{
    int64_t changed;

    TRY(sql_exec_count(tx, c, &changed,
                       "UPDATE bus_job SET writes = writes + 1"
                       " WHERE id = ? AND token = ? AND state = 1",
                       sql_int(job->id), sql_int(job->token)));
    return held(c, job, changed);
}

struct err *bus_store_renew(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                            int64_t lease_until)
{
    int64_t changed;

    TRY(sql_exec_count(tx, c, &changed,
                       "UPDATE bus_job SET writes = writes + 1, lease_until = ?"
                       " WHERE id = ? AND token = ? AND state = 1",
                       sql_int(lease_until), sql_int(job->id), sql_int(job->token)));
    return held(c, job, changed);
}

/* ---- how it went ---- */

struct err *bus_store_remove(struct sql_tx *tx, struct ctx *c, const struct bus_job *job)
{
    int64_t changed;

    TRY(sql_exec_count(tx, c, &changed,
                       "DELETE FROM bus_job WHERE id = ? AND token = ? AND state = 1",
                       sql_int(job->id), sql_int(job->token)));
    return held(c, job, changed);
}

/* Another job for the same key may have been published meanwhile: then that one is enough. */
struct err *bus_store_retry(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                            int64_t run_at, struct str why)
{
    int64_t changed = 0;
    struct err *e =
        sql_exec_count(tx, c, &changed,
                       "UPDATE bus_job SET state = 0, attempt = ?, run_at = ?, last_error = ?"
                       " WHERE id = ? AND token = ? AND state = 1",
                       sql_int(job->attempt), sql_int(run_at), sql_text(why), sql_int(job->id),
                       sql_int(job->token));

    if (e && e->code == ERR_EXISTS)
        return bus_store_remove(tx, c, job);
    TRY(e);
    return held(c, job, changed);
}

struct err *bus_store_bury(struct sql_tx *tx, struct ctx *c, const struct bus_job *job,
                           struct str why)
{
    int64_t changed;

    TRY(sql_exec_count(tx, c, &changed,
                       "UPDATE bus_job SET state = 2, last_error = ?"
                       " WHERE id = ? AND token = ? AND state = 1",
                       sql_text(why), sql_int(job->id), sql_int(job->token)));
    return held(c, job, changed);
}

/* The newest of a key waits again; the others, and all whose key waits already, are too many. */
struct err *bus_store_reset(struct sql_tx *tx, struct ctx *c)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows, "SELECT id FROM bus_job WHERE state = 1 ORDER BY id DESC"));
    while (sql_next(&rows)) {
        struct err *e = sql_exec(tx, c, "UPDATE bus_job SET state = 0 WHERE id = ?",
                                 sql_int(sql_i64(&rows, 0)));

        if (e && e->code == ERR_EXISTS)
            e = sql_exec(tx, c, "DELETE FROM bus_job WHERE id = ?", sql_int(sql_i64(&rows, 0)));
        TRY(e);
    }
    return NULL;
}

/* Dead jobs pile up until somebody looks after them; a scrape must not read them all. */
static struct err *count(struct sql_tx *tx, struct ctx *c, struct str topic, enum bus_state state,
                         int64_t *out)
{
    struct sql_rows rows;

    TRY(sql_query(tx, c, &rows,
                  "SELECT count(*) FROM (SELECT 1 FROM bus_job WHERE topic = ? AND state = ?"
                  " LIMIT ?) AS some",
                  sql_text(topic), sql_int(state), sql_int(BUS_COUNT_MAX)));
    *out = sql_next(&rows) ? sql_i64(&rows, 0) : 0;
    return NULL;
}

struct err *bus_store_stats(struct sql_tx *tx, struct ctx *c, struct str topic, int64_t now,
                            struct bus_stats *out)
{
    struct bus_stats stats = {0};
    struct sql_rows rows;

    TRY(count(tx, c, topic, BUS_WAITING, &stats.waiting));
    TRY(count(tx, c, topic, BUS_RUNNING, &stats.running));
    TRY(count(tx, c, topic, BUS_DEAD, &stats.dead));
    TRY(sql_query(tx, c, &rows,
                  "SELECT created_at FROM bus_job WHERE topic = ? AND state = 0"
                  " ORDER BY run_at, id LIMIT 1",
                  sql_text(topic)));
    stats.oldest_ms = sql_next(&rows) ? now - sql_i64(&rows, 0) : 0;
    *out = stats;
    return NULL;
}

struct err *bus_store_list(struct sql_tx *tx, struct ctx *c, int64_t after, int64_t limit,
                           struct bus_entries *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, job_key, topic, state, attempt, run_at, created_at, last_error"
                  " FROM bus_job WHERE id > ? ORDER BY id LIMIT ?",
                  sql_int(after), sql_int(limit)));
    *out = (struct bus_entries){arena_array(c->arena, struct bus_entry, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = (struct bus_entry){
            .id = sql_i64(&r, 0),
            .key = sql_i64(&r, 1),
            .topic = sql_str(&r, 2),
            .state = (enum bus_state)sql_i64(&r, 3),
            .attempts = sql_i64(&r, 4),
            .run_at = sql_i64(&r, 5),
            .created_at = sql_i64(&r, 6),
            .last_error = sql_str(&r, 7),
        };
    return NULL;
}

struct err *bus_store_revive(struct sql_tx *tx, struct ctx *c, int64_t id, int64_t now)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r, "SELECT state FROM bus_job WHERE id = ?", sql_int(id)));
    if (!sql_next(&r))
        return err_new(c, ERR_NOT_FOUND, "no job %" PRId64, id);
    if (sql_i64(&r, 0) == BUS_RUNNING)
        return err_new(c, ERR_PRECONDITION, "job %" PRId64 " runs at this moment", id);
    struct err *e = sql_exec(tx, c,
                             "UPDATE bus_job SET attempt = CASE state WHEN 2 THEN 0 ELSE attempt"
                             " END, state = 0, run_at = ? WHERE id = ?",
                             sql_int(now), sql_int(id));

    return e && e->code == ERR_EXISTS
               ? sql_exec(tx, c, "DELETE FROM bus_job WHERE id = ?", sql_int(id))
               : e;
}

struct err *bus_store_forget(struct sql_tx *tx, struct ctx *c, struct str topic, int64_t key)
{
    return sql_exec(tx, c, "DELETE FROM bus_job WHERE topic = ? AND job_key = ? AND state <> 1",
                    sql_text(topic), sql_int(key));
}
