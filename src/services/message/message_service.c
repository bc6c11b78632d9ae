/* The message service: sending, polling, the latest of each conversation. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "changes.h"
#include "limits.h"
#include "lookup.h"
#include "message.h"
#include "message_clock.h"
#include "message_store.h"
#include "sequence.h"
#include "text_rules.h"

struct message {
    struct message_api base; /* first */
    struct sql *db;          /* borrowed, as are the others */
    struct changes *changes;
    struct user_api *users;
    struct relation_api *relations;
};

static struct message *of(struct message_api *base)
{
    return (struct message *)base;
}

/* ---- sending ---- */

struct send_job {
    struct message *self;
    struct message_item *item;
};

/* Times rise within a conversation, whatever the machine's clock does (contract, section 5.2): they
 * are those of the two, which also keep messages of one conversation from meeting. */
static struct err *add_message(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct send_job *job = arg;
    struct message_item *item = job->item;

    TRY(message_clock_move_both(tx, c, job->self->changes, item->from_id, item->to_id,
                                &item->created_at));
    TRY(sequence_next(tx, c, STR("message"), &item->id));
    TRY(message_store_add(tx, c, item));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&message_item_type, CHANGE_INSERT, item});
}

static struct err *send(struct message_api *base, struct ctx *c, const struct message_send_req *req,
                        struct message_send_resp *resp)
{
    static const struct text_rule rule = {.what = "message",
                                          .reason = "bad_text",
                                          .min_chars = 1,
                                          .max_chars = MESSAGE_MAX_CHARS,
                                          .lines = true,
                                          .tabs = true};
    struct send_job job = {of(base), arena_new(c->arena, struct message_item)};

    if (req->from_id == req->to_id)
        return err_new(c, ERR_INVALID, "you cannot write to yourself");
    TRY(text_rules_check(c, &rule, req->content));
    *job.item = (struct message_item){
        .from_id = req->from_id, .to_id = req->to_id, .content = req->content};
    TRY(lookup_user(job.self->users, c, req->to_id));
    TRY(lookup_contact(job.self->relations, c, req->from_id, req->to_id));
    TRY(sql_write(job.self->db, c, add_message, &job));
    resp->message = job.item;
    return NULL;
}

/* ---- reading ---- */

struct list_job {
    struct message *self;
    const struct message_list_req *req;
    struct message_item_list found;
    struct message_state *state; /* before; then with what is delivered by this */
};

/* The newest of the peer's that is in the list, or has been delivered before. */
static int64_t delivered(const struct message_item_list *list, const struct message_state *state)
{
    for (size_t i = list->count; i-- > 0;)
        if (list->at[i].from_id == state->peer_id)
            return list->at[i].created_at > state->delivered_at ? list->at[i].created_at
                                                                : state->delivered_at;
    return state->delivered_at;
}

static struct err *read_newest(struct sql_tx *tx, struct ctx *c, const struct message_list_req *req,
                               struct message_item_list *out)
{
    struct message_list_before_req newest = {
        .viewer_id = req->viewer_id, .peer_id = req->peer_id, .limit = req->limit};

    TRY(message_store_before(tx, c, &newest, out));
    for (size_t i = 0, j = out->count; i + 1 < j; i++) { /* a chat reads from the top */
        struct message_item swap = out->at[i];

        out->at[i] = out->at[--j];
        out->at[j] = swap;
    }
    return NULL;
}

static struct err *read_messages(struct sql_tx *tx, struct ctx *c, struct list_job *job,
                                 const struct message_state *state)
{
    struct message_list_req from = *job->req;

    if (from.since <= 0)
        return read_newest(tx, c, &from, &job->found);
    if (from.since > state->delivered_at)
        from.since = state->delivered_at;
    return message_store_since(tx, c, &from, &job->found);
}

static struct err *read_chat(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    TRY(message_store_state(tx, c, job->req->viewer_id, job->req->peer_id, job->state));
    return read_messages(tx, c, job, job->state);
}

/* Another poll may have delivered more by now, and another message may have come. */
static struct err *deliver(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;
    struct message_state *now = arena_new(c->arena, struct message_state);
    bool moved;
    int64_t at;

    TRY(message_store_deliver(tx, c, job->state, &moved));
    if (!moved)
        return NULL;
    TRY(message_store_state(tx, c, job->req->viewer_id, job->req->peer_id, now));
    TRY(message_clock_move(tx, c, job->self->changes, job->req->viewer_id, &at));
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&message_state_type, CHANGE_UPDATE, now});
}

static struct err *list(struct message_api *base, struct ctx *c, const struct message_list_req *req,
                        struct message_list_resp *resp)
{
    struct list_job job = {
        .self = of(base), .req = req, .state = arena_new(c->arena, struct message_state)};

    TRY(sql_read(job.self->db, c, read_chat, &job));
    int64_t now_delivered = delivered(&job.found, job.state);

    if (now_delivered != job.state->delivered_at) {
        job.state->delivered_at = now_delivered;
        TRY(sql_write(job.self->db, c, deliver, &job));
    }
    resp->messages = job.found;
    return NULL;
}

struct before_job {
    const struct message_list_before_req *req;
    struct message_item_list found;
};

static struct err *read_before(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct before_job *job = arg;

    return message_store_before(tx, c, job->req, &job->found);
}

static struct err *list_before(struct message_api *base, struct ctx *c,
                               const struct message_list_before_req *req,
                               struct message_list_resp *resp)
{
    struct before_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_before, &job));
    resp->messages = job.found;
    return NULL;
}

struct state_job {
    const struct message_get_state_req *req;
    struct message_state found;
};

static struct err *read_state(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct state_job *job = arg;

    return message_store_state(tx, c, job->req->viewer_id, job->req->peer_id, &job->found);
}

static struct err *get_state(struct message_api *base, struct ctx *c,
                             const struct message_get_state_req *req, struct message_state *resp)
{
    struct state_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_state, &job));
    *resp = job.found;
    return NULL;
}

struct latest_job {
    const struct message_get_latest_req *req;
    struct message_item_list found;
};

static struct err *read_latest(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct latest_job *job = arg;

    return message_store_latest(tx, c, job->req->viewer_id, job->req->peer_ids, &job->found);
}

static struct err *get_latest(struct message_api *base, struct ctx *c,
                              const struct message_get_latest_req *req,
                              struct message_get_latest_resp *resp)
{
    struct latest_job job = {.req = req};

    if (req->peer_ids.count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", req->peer_ids.count, IDS_MAX);
    TRY(sql_read_one(of(base)->db, c, read_latest, &job));
    resp->messages = job.found;
    return NULL;
}

struct conversations_job {
    const struct message_list_conversations_req *req;
    struct message_conversation_list found;
};

static struct err *read_conversations(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct conversations_job *job = arg;

    return message_store_conversations(tx, c, job->req, &job->found);
}

static struct err *list_conversations(struct message_api *base, struct ctx *c,
                                      const struct message_list_conversations_req *req,
                                      struct message_list_conversations_resp *resp)
{
    struct conversations_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_conversations, &job));
    resp->conversations = job.found;
    return NULL;
}

/* ---- all of one account ---- */

struct peers_job {
    int64_t user, peer, limit;
    struct i64_list peers;
    bool more;
};

static struct err *read_peers(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct peers_job *job = arg;

    return message_store_peers(tx, c, job->user, job->peer, job->limit, &job->peers);
}

static struct err *forget_some(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct peers_job *job = arg;

    return message_store_remove_some(tx, c, job->user, job->peer, FORGET_BATCH, &job->more);
}

static struct err *list_peers(struct message_api *base, struct ctx *c,
                              const struct message_list_peers_req *req,
                              struct message_list_peers_resp *resp)
{
    struct peers_job job = {.user = req->user_id, .peer = req->after, .limit = req->limit};

    TRY(sql_read_one(of(base)->db, c, read_peers, &job));
    resp->peer_ids = job.peers;
    return NULL;
}

/* One side wrote what the other reads: a conversation goes whole. */
static struct err *forget(struct message_api *base, struct ctx *c,
                          const struct message_forget_req *req, struct message_forget_resp *resp)
{
    struct peers_job job = {.user = req->user_id, .limit = FORGET_BATCH};

    TRY(sql_read_one(of(base)->db, c, read_peers, &job));
    resp->more = job.peers.count == FORGET_BATCH;
    for (size_t i = 0; i < job.peers.count; i++) {
        job.peer = job.peers.at[i];
        TRY(sql_write(of(base)->db, c, forget_some, &job));
        resp->more |= job.more;
    }
    return NULL;
}

/* ---- what is new ---- */

struct clocks_job {
    struct i64_list users;
    struct message_clock_list found;
};

static struct err *read_clocks(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct clocks_job *job = arg;

    return message_clock_read(tx, c, job->users, &job->found);
}

static struct err *get_clocks(struct message_api *base, struct ctx *c,
                              const struct message_get_clocks_req *req,
                              struct message_get_clocks_resp *resp)
{
    struct clocks_job job = {.users = req->user_ids};

    if (req->user_ids.count > IDS_MAX)
        return err_new(c, ERR_INVALID, "%zu ids, at most %d", req->user_ids.count, IDS_MAX);
    TRY(sql_read_one(of(base)->db, c, read_clocks, &job));
    resp->clocks = job.found;
    return NULL;
}

struct news_job {
    const struct message_list_news_req *req;
    struct message_item_list found;
};

static struct err *read_news(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct news_job *job = arg;

    return message_store_news(tx, c, job->req, &job->found);
}

static struct err *list_news(struct message_api *base, struct ctx *c,
                             const struct message_list_news_req *req,
                             struct message_list_resp *resp)
{
    struct news_job job = {.req = req};

    TRY(sql_read(of(base)->db, c, read_news, &job));
    resp->messages = job.found;
    return NULL;
}

/* ---- life ---- */

static const struct message_api_ops ops = {
    .send = send,
    .list = list,
    .list_before = list_before,
    .get_state = get_state,
    .get_latest = get_latest,
    .list_conversations = list_conversations,
    .list_peers = list_peers,
    .forget = forget,
    .get_clocks = get_clocks,
    .list_news = list_news,
};

struct message_api *message_create(struct sql *db, struct changes *changes, struct user_api *users,
                                   struct relation_api *relations)
{
    struct message *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct message){{&ops}, db, changes, users, relations};
    return &self->base;
}

void message_destroy(struct message_api *self)
{
    free(self);
}
