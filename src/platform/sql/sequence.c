/* One row per kind: the last id that was handed out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sequence.h"

#include "clock.h"
#include "sql_tx.h"

static const struct migration steps[] = {
    {"sequence", 1, "create",
     "CREATE TABLE sequence_next (kind VARCHAR(32) PRIMARY KEY, next BIGINT NOT NULL)"},
};
const struct migration_list sequence_migrations = {steps, COUNT(steps)};

/* The row of a kind moves on by some, and at least to somewhere: from where, to where. */
struct move {
    struct str kind;
    int64_t by, at_least;
    int64_t before, after;
};

static struct err *move(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct move *m = arg;
    struct sql_rows rows;

    TRY(sql_hold(tx, c, "INSERT INTO sequence_next (kind, next) VALUES (?, 0)", sql_text(m->kind)));
    TRY(sql_lock(tx, c, &rows, "SELECT next FROM sequence_next WHERE kind = ?", sql_text(m->kind)));
    m->before = sql_next(&rows) ? sql_i64(&rows, 0) : 0;
    m->after = m->before + m->by > m->at_least ? m->before + m->by : m->at_least;
    return sql_exec(tx, c, "UPDATE sequence_next SET next = ? WHERE kind = ?", sql_int(m->after),
                    sql_text(m->kind));
}

struct err *sequence_fetch(void *self, struct ctx *c, struct str kind, int64_t count,
                           struct id_segment *out)
{
    struct sql *db = self;
    struct move m = {.kind = kind, .by = count};

    TRY(db->driver->write_beside(db, c, move, &m));
    *out = (struct id_segment){m.before + 1, m.after};
    return NULL;
}

struct err *sequence_next(struct sql_tx *tx, struct ctx *c, struct str kind, int64_t *out)
{
    struct move one = {.kind = kind, .by = 1};

    if (tx->db->segments)
        return id_segments_next(tx->db->segments, c, kind, out);
    TRY(move(tx, c, &one));
    *out = one.after;
    return NULL;
}

/* On a server the row is not held until the caller's commit: who publishes waits for nobody. */
struct err *sequence_time(struct sql_tx *tx, struct ctx *c, struct str kind, int64_t *out)
{
    struct move to = {.kind = kind, .by = 1, .at_least = clock_wall_ms()};

    if (tx->db->driver->write_beside)
        TRY(tx->db->driver->write_beside(tx->db, c, move, &to));
    else
        TRY(move(tx, c, &to));
    *out = to.after;
    return NULL;
}
