/* Clocks: one row a user. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "message_clock.h"

#include "changes.h"
#include "clock.h"

/* Two transactions that both find no row may meet; then one of them runs again. */
static struct err *advance(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t to, int64_t *at)
{
    struct sql_rows r;
    int64_t moved = 0;

    TRY(sql_exec_count(tx, c, &moved,
                       "UPDATE message_clock SET at = CASE WHEN at < ? THEN ? ELSE at + 1 END"
                       " WHERE user_id = ?",
                       sql_int(to), sql_int(to), sql_int(user)));
    *at = to;
    if (!moved)
        return sql_insert_missing(tx, c, "INSERT INTO message_clock (user_id, at) VALUES (?, ?)",
                                  sql_int(user), sql_int(to));
    TRY(sql_lock(tx, c, &r, "SELECT at FROM message_clock WHERE user_id = ?", sql_int(user)));
    if (sql_next(&r))
        *at = sql_i64(&r, 0);
    return NULL;
}

static struct err *tell(struct sql_tx *tx, struct ctx *c, struct changes *changes, int64_t user,
                        int64_t at)
{
    struct message_clock *row = arena_new(c->arena, struct message_clock);

    *row = (struct message_clock){user, at};
    return changes_emit(changes, tx, c, &(struct change){&message_clock_type, CHANGE_UPDATE, row});
}

struct err *message_clock_move(struct sql_tx *tx, struct ctx *c, struct changes *changes,
                               int64_t user, int64_t *at)
{
    TRY(advance(tx, c, user, clock_wall_ms(), at));
    return tell(tx, c, changes, user, *at);
}

/* In one order, whoever of the two it is for: nobody waits in a circle. */
struct err *message_clock_move_both(struct sql_tx *tx, struct ctx *c, struct changes *changes,
                                    int64_t a, int64_t b, int64_t *at)
{
    int64_t low = a < b ? a : b, high = a < b ? b : a, of_low, of_high;

    TRY(advance(tx, c, low, clock_wall_ms(), &of_low));
    TRY(advance(tx, c, high, of_low, &of_high));
    *at = of_high;
    if (of_low < of_high)
        TRY(sql_exec(tx, c, "UPDATE message_clock SET at = ? WHERE user_id = ?", sql_int(of_high),
                     sql_int(low)));
    TRY(tell(tx, c, changes, low, *at));
    return tell(tx, c, changes, high, *at);
}

struct err *message_clock_forget(struct sql_tx *tx, struct ctx *c, int64_t user)
{
    return sql_exec(tx, c, "DELETE FROM message_clock WHERE user_id = ?", sql_int(user));
}

struct err *message_clock_read(struct sql_tx *tx, struct ctx *c, struct i64_list users,
                               struct message_clock_list *out)
{
    static const char *const texts[] =
        SQL_IDS("SELECT user_id, at FROM message_clock WHERE user_id IN (", ")");
    struct sql_rows r;

    TRY(sql_query_ids(tx, c, &r, texts, users.at, users.count));
    *out = (struct message_clock_list){arena_array(c->arena, struct message_clock, r.count), 0};
    while (sql_next(&r))
        out->at[out->count++] = (struct message_clock){sql_i64(&r, 0), sql_i64(&r, 1)};
    return NULL;
}
