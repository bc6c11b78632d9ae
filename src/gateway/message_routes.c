/* /douyin/message/... : private messages. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract_time.h"
#include "envelope.h"
#include "events.h"
#include "limits.h"
#include "message_view.h"
#include "page.h"
#include "window.h"

enum { ACTION_SEND = 1 };

/* POST /douyin/message/action/ */
struct err *message_action(void *self, struct ctx *c, const struct http_req *req,
                           struct http_reply *reply)
{
    struct gateway *g = self;
    struct message_send_req send = {.from_id = c->user_id};
    struct message_send_resp done = {0};
    int64_t action;

    TRY(gateway_id(c, req, STR("to_user_id"), &send.to_id));
    TRY(http_i64(req, c, STR("action_type"), ACTION_SEND, &action));
    if (action != ACTION_SEND)
        return err_new(c, ERR_INVALID, "action_type must be 1");
    TRY(gateway_written(c, req, STR("content"), &send.content));
    TRY(message_send(g->deps.services.message, c, &send, &done));
    events_touch(g->events, send.from_id);
    events_touch(g->events, send.to_id);
    envelope_ok(reply);
    return NULL;
}

void message_view_write(struct json *j, const struct message_item *m)
{
    json_lit(j, "{\"id\":");
    json_int(j, m->id);
    json_lit(j, ",\"to_user_id\":");
    json_int(j, m->to_id);
    json_lit(j, ",\"from_user_id\":");
    json_int(j, m->from_id);
    json_lit(j, ",\"content\":");
    json_text(j, m->content);
    json_lit(j, ",\"create_time\":");
    json_int(j, m->created_at);
    json_lit(j, "}");
}

static void write_list(struct ctx *c, const struct window *w, const struct message_item_list *list,
                       struct http_reply *reply)
{
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"message_list\":[");
    for (size_t i = 0; i < list->count; i++) {
        if (i)
            json_lit(&j, ",");
        message_view_write(&j, &list->at[i]);
    }
    json_lit(&j, "]");
    window_end(w, &j, reply);
}

static struct cursor message_at(const void *list, size_t i)
{
    const struct message_item *item = &((const struct message_item_list *)list)->at[i];

    return (struct cursor){item->created_at, item->id};
}

/* GET /api/v1/messages/{peer_id} : further back than a chat begins. */
struct err *message_page(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct window w;
    struct message_list_resp list = {0};

    TRY(window_of_user(look, req, &w));
    struct message_list_before_req ask = {c->user_id, w.of, w.after.time, window_ask(&w)};

    message_list_before_start(g->deps.services.message, c, &ask, &list, &look->calls);
    TRY(look_join(look));
    window_cut(&w, c, &list.messages.count, message_at, &list.messages);
    write_list(c, &w, &list.messages, reply);
    return NULL;
}

/* Nothing came since, and all that came was delivered (contract, section 5.2). */
static bool nothing_new(const struct message_list_req *ask, const struct message_state *state)
{
    return ask->since > 0 && state->received_at <= ask->since &&
           state->received_at <= state->delivered_at;
}

/* GET /douyin/message/chat/ : most polls find nothing new, and are answered from memory. What is
 * delivered is written down, so then the handler goes on as a job of the writer. */
struct err *message_chat(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct message_list_req ask = {.viewer_id = c->user_id, .limit = LIST_MAX};
    struct message_list_resp list = {0};
    struct message_state state = {0};

    TRY(gateway_id(c, req, STR("to_user_id"), &ask.peer_id));
    TRY(contract_time_read(req, c, STR("pre_msg_time"), &ask.since));
    look_chat(look, ask.peer_id, &state);
    look_require_user(look, ask.peer_id);
    TRY(look_join(look));
    if (nothing_new(&ask, &state)) {
        reply->type = envelope_type;
        reply->body = STR("{\"status_code\":0,\"status_msg\":\"\",\"message_list\":[]}");
        return NULL;
    }
    if (look_is_local(look) && !req->moved) {
        reply->move_to = HTTP_WRITER;
        return NULL;
    }
    TRY(message_list(g->deps.services.message, c, &ask, &list));
    write_list(c, &(struct window){0}, &list.messages, reply);
    return NULL;
}
