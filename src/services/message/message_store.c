/* Messages: one row each under the pair, one row per side for the latest. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "message_store.h"

#include <stdlib.h>

struct pair {
    int64_t low, high;
};

static struct pair pair_of(int64_t a, int64_t b)
{
    return a < b ? (struct pair){a, b} : (struct pair){b, a};
}

/* Times rise, so what is received now is the newest that was. */
static struct err *set_latest(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t peer,
                              const struct message_item *item)
{
    struct sql_arg at = sql_int(item->created_at), id = sql_int(item->id),
                   from = sql_int(item->from_id), content = sql_text(item->content);

    if (item->from_id == peer)
        return sql_put(tx, c, 2,
                       "INSERT INTO message_conversation (user_id, peer_id, last_at, last_id,"
                       " last_from, last_content, received_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                       sql_int(user), sql_int(peer), at, id, from, content, at);
    return sql_put(tx, c, 2,
                   "INSERT INTO message_conversation (user_id, peer_id, last_at, last_id,"
                   " last_from, last_content) VALUES (?, ?, ?, ?, ?, ?)",
                   sql_int(user), sql_int(peer), at, id, from, content);
}

struct err *message_store_state(struct sql_tx *tx, struct ctx *c, int64_t viewer, int64_t peer,
                                struct message_state *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT received_at, delivered_at FROM message_conversation"
                  " WHERE user_id = ? AND peer_id = ?",
                  sql_int(viewer), sql_int(peer)));
    *out = (struct message_state){.viewer_id = viewer, .peer_id = peer};
    if (sql_next(&r)) {
        out->received_at = sql_i64(&r, 0);
        out->delivered_at = sql_i64(&r, 1);
    }
    return NULL;
}

struct err *message_store_deliver(struct sql_tx *tx, struct ctx *c,
                                  const struct message_state *state, bool *moved)
{
    int64_t count = 0;

    TRY(sql_exec_count(tx, c, &count,
                       "UPDATE message_conversation SET delivered_at = ?"
                       " WHERE user_id = ? AND peer_id = ? AND delivered_at < ?",
                       sql_int(state->delivered_at), sql_int(state->viewer_id),
                       sql_int(state->peer_id), sql_int(state->delivered_at)));
    *moved = count > 0;
    return NULL;
}

struct err *message_store_add(struct sql_tx *tx, struct ctx *c, const struct message_item *item)
{
    struct pair p = pair_of(item->from_id, item->to_id);

    TRY(sql_exec(tx, c,
                 "INSERT INTO message_line (low_id, high_id, created_at, id, from_id, content)"
                 " VALUES (?, ?, ?, ?, ?, ?)",
                 sql_int(p.low), sql_int(p.high), sql_int(item->created_at), sql_int(item->id),
                 sql_int(item->from_id), sql_text(item->content)));
    TRY(set_latest(tx, c, p.low, p.high, item));
    return set_latest(tx, c, p.high, p.low, item);
}

/* Columns: id, from_id, created_at, content. */
static struct message_item read_row(const struct sql_rows *r, int64_t a, int64_t b)
{
    int64_t from = sql_i64(r, 1);

    return (struct message_item){
        .id = sql_i64(r, 0),
        .from_id = from,
        .to_id = from == a ? b : a,
        .created_at = sql_i64(r, 2),
        .content = sql_str(r, 3),
    };
}

struct err *message_store_latest(struct sql_tx *tx, struct ctx *c, int64_t user,
                                 struct i64_list peers, struct message_item_list *out)
{
    static const char *const texts[] =
        SQL_IDS("SELECT last_id, last_from, last_at, last_content, peer_id"
                " FROM message_conversation WHERE user_id = ? AND peer_id IN (",
                ")");
    struct message_item_list list = {arena_array(c->arena, struct message_item, peers.count), 0};
    struct sql_rows r;

    TRY(sql_query_ids(tx, c, &r, texts, peers.at, peers.count, sql_int(user)));
    for (size_t i = 0; i < peers.count; i++)
        if (sql_seek(&r, 4, peers.at[i]))
            list.at[list.count++] = read_row(&r, user, peers.at[i]);
    *out = list;
    return NULL;
}

struct err *message_store_conversations(struct sql_tx *tx, struct ctx *c,
                                        const struct message_list_conversations_req *req,
                                        struct message_conversation_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT last_id, last_from, last_at, last_content, peer_id, received_at,"
                  " delivered_at FROM message_conversation WHERE user_id = ? AND last_at < ?"
                  " ORDER BY last_at DESC LIMIT ?",
                  sql_int(req->user_id), sql_before(req->before_time), sql_int(req->limit)));
    *out = (struct message_conversation_list){
        arena_array(c->arena, struct message_conversation, r.count), 0};
    while (sql_next(&r)) {
        struct message_conversation *one = &out->at[out->count++];
        int64_t peer = sql_i64(&r, 4);

        *one = (struct message_conversation){.peer_id = peer,
                                             .latest = arena_new(c->arena, struct message_item),
                                             .is_unread = sql_i64(&r, 5) > sql_i64(&r, 6)};
        *one->latest = read_row(&r, req->user_id, peer);
    }
    return NULL;
}

static void read_all(struct ctx *c, struct sql_rows *r, int64_t viewer, int64_t peer,
                     struct message_item_list *out)
{
    *out = (struct message_item_list){arena_array(c->arena, struct message_item, r->count), 0};
    while (sql_next(r))
        out->at[out->count++] = read_row(r, viewer, peer);
}

struct err *message_store_before(struct sql_tx *tx, struct ctx *c,
                                 const struct message_list_before_req *req,
                                 struct message_item_list *out)
{
    struct pair p = pair_of(req->viewer_id, req->peer_id);
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, from_id, created_at, content FROM message_line WHERE low_id = ?"
                  " AND high_id = ? AND created_at < ? ORDER BY created_at DESC LIMIT ?",
                  sql_int(p.low), sql_int(p.high), sql_before(req->before_time),
                  sql_int(req->limit)));
    read_all(c, &r, req->viewer_id, req->peer_id, out);
    return NULL;
}

struct err *message_store_since(struct sql_tx *tx, struct ctx *c,
                                const struct message_list_req *req, struct message_item_list *out)
{
    struct pair p = pair_of(req->viewer_id, req->peer_id);
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, from_id, created_at, content FROM message_line WHERE low_id = ?"
                  " AND high_id = ? AND created_at > ? AND from_id = ? ORDER BY created_at LIMIT ?",
                  sql_int(p.low), sql_int(p.high), sql_int(req->since), sql_int(req->peer_id),
                  sql_int(req->limit)));
    read_all(c, &r, req->viewer_id, req->peer_id, out);
    return NULL;
}

struct err *message_store_unread(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t most,
                                 struct i64_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT peer_id FROM message_conversation WHERE user_id = ?"
                  " AND received_at > delivered_at LIMIT ?",
                  sql_int(user), sql_int(most)));
    *out = (struct i64_list){sql_i64_column(&r, c, 0), r.count};
    return NULL;
}

struct err *message_store_peers(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t after,
                                int64_t limit, struct i64_list *out)
{
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT peer_id FROM message_conversation WHERE user_id = ? AND peer_id > ?"
                  " ORDER BY peer_id LIMIT ?",
                  sql_int(user), sql_int(after), sql_int(limit)));
    *out = (struct i64_list){sql_i64_column(&r, c, 0), r.count};
    return NULL;
}

static struct err *remove_up_to(struct sql_tx *tx, struct ctx *c, struct pair p, int64_t time)
{
    return sql_exec(tx, c,
                    "DELETE FROM message_line WHERE low_id = ? AND high_id = ? AND created_at <= ?",
                    sql_int(p.low), sql_int(p.high), sql_int(time));
}

static struct err *remove_side(struct sql_tx *tx, struct ctx *c, int64_t user, int64_t peer)
{
    return sql_exec(tx, c, "DELETE FROM message_conversation WHERE user_id = ? AND peer_id = ?",
                    sql_int(user), sql_int(peer));
}

struct err *message_store_remove_some(struct sql_tx *tx, struct ctx *c, int64_t a, int64_t b,
                                      int64_t limit, bool *more)
{
    struct pair p = pair_of(a, b);
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT created_at FROM message_line WHERE low_id = ? AND high_id = ?"
                  " ORDER BY created_at LIMIT ?",
                  sql_int(p.low), sql_int(p.high), sql_int(limit)));
    *more = (int64_t)r.count == limit;
    if (r.count) {
        r.next = r.count; /* the last of them */
        TRY(remove_up_to(tx, c, p, sql_i64(&r, 0)));
    }
    if (*more)
        return NULL;
    TRY(remove_side(tx, c, p.low, p.high));
    return remove_side(tx, c, p.high, p.low);
}

/* Of each conversation that moved, a few; of all of them, the first. */
static struct err *add_news(struct sql_tx *tx, struct ctx *c,
                            const struct message_list_news_req *req, int64_t peer,
                            struct message_item_list *out)
{
    struct pair p = pair_of(req->user_id, peer);
    struct sql_rows r;

    TRY(sql_query(tx, c, &r,
                  "SELECT id, from_id, created_at, content FROM message_line WHERE low_id = ?"
                  " AND high_id = ? AND created_at > ? AND created_at <= ?"
                  " ORDER BY created_at LIMIT ?",
                  sql_int(p.low), sql_int(p.high), sql_int(req->after), sql_int(req->up_to),
                  sql_int(req->limit - (int64_t)out->count)));
    while (sql_next(&r))
        out->at[out->count++] = read_row(&r, req->user_id, peer);
    return NULL;
}

static int by_time(const void *a, const void *b)
{
    const struct message_item *x = a, *y = b;

    return x->created_at < y->created_at ? -1 : x->created_at > y->created_at;
}

struct err *message_store_news(struct sql_tx *tx, struct ctx *c,
                               const struct message_list_news_req *req,
                               struct message_item_list *out)
{
    struct sql_rows r;

    *out = (struct message_item_list){
        arena_array(c->arena, struct message_item, (size_t)req->limit), 0};
    TRY(sql_query(tx, c, &r,
                  "SELECT peer_id FROM message_conversation WHERE user_id = ? AND last_at > ?"
                  " ORDER BY last_at LIMIT ?",
                  sql_int(req->user_id), sql_int(req->after), sql_int(req->limit)));
    size_t peers = r.count;
    int64_t *peer = sql_i64_column(&r, c, 0);

    for (size_t i = 0; i < peers && out->count < (size_t)req->limit; i++)
        TRY(add_news(tx, c, req, peer[i], out));
    qsort(out->at, out->count, sizeof(out->at[0]), by_time);
    return NULL;
}
