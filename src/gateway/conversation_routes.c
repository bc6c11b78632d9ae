/* GET /api/v1/conversations : with whom one has exchanged messages, the latest first. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "message_view.h"
#include "page.h"
#include "window.h"

/* Conversations, and who the others are. */
struct conversations {
    struct message_conversation_list list;
    struct user_page peers;
    bool *hidden; /* by a block */
};

static struct cursor last_at(const void *list, size_t i)
{
    const struct message_conversation *one =
        &((const struct message_conversation_list *)list)->at[i];

    return (struct cursor){one->latest->created_at, one->peer_id};
}

static struct err *find(struct look *look, struct window *w, struct message_conversation_list *out)
{
    struct message_list_conversations_req ask = {look->c->user_id, w->after.time, window_ask(w)};
    struct message_list_conversations_resp found = {0};

    message_list_conversations_start(look->g->deps.services.message, look->c, &ask, &found,
                                     &look->calls);
    TRY(look_join(look));
    window_cut(w, look->c, &found.conversations.count, last_at, &found.conversations);
    *out = found.conversations;
    return NULL;
}

static struct err *load_peers(struct look *look, struct conversations *of)
{
    struct i64_list ids = {arena_array(look->c->arena, int64_t, of->list.count), of->list.count};

    for (size_t i = 0; i < ids.count; i++)
        ids.at[i] = of->list.at[i].peer_id;
    of->hidden = arena_array(look->c->arena, bool, ids.count);
    look_hidden(look, RELATION_USER, ids, of->hidden);
    return page_load_users(look, ids, &of->peers);
}

static void write_one(struct json *j, const struct conversations *of, size_t i, struct str base)
{
    json_lit(j, "{\"user\":");
    (void)page_write_user(j, &of->peers.users[i], base, of->peers.followed[i]);
    json_lit(j, "},\"message\":");
    message_view_write(j, of->list.at[i].latest);
    json_lit(j, ",\"unread\":");
    json_bool(j, of->list.at[i].is_unread);
    json_lit(j, "}");
}

/* With those who are gone nobody talks any more; nor with those whom he has blocked. */
static void write(struct json *j, const struct conversations *of, struct str base)
{
    size_t written = 0;

    json_lit(j, ",\"conversation_list\":[");
    for (size_t i = 0; i < of->list.count; i++) {
        if (!of->peers.users[i].id || of->hidden[i])
            continue;
        if (written++)
            json_lit(j, ",");
        write_one(j, of, i, base);
    }
    json_lit(j, "]");
}

struct err *conversation_list(void *self, struct ctx *c, const struct http_req *req,
                              struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct conversations found;
    struct window w;

    TRY(window_read_open(c, req, &w));
    TRY(find(look, &w, &found.list));
    TRY(load_peers(look, &found));
    struct json j = envelope_begin(c);

    write(&j, &found, gateway_base_url(g, c, req));
    window_end(&w, &j, reply);
    return NULL;
}
