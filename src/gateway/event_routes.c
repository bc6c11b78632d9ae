/* GET /api/v1/events : what happens, as it happens (server-sent events). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "events.h"
#include "look.h"

static int64_t message_clock_in(const struct message_get_clocks_resp *found)
{
    return found->clocks.count ? found->clocks.at[0].at : 0;
}

static int64_t video_clock_in(const struct video_get_clocks_resp *found)
{
    return found->clocks.count ? found->clocks.at[0].at : 0;
}

/* From where on; where the clocks stand if the client does not say, or says what cannot be. */
static void choose_place(const struct http_req *req, const struct event_cursor *now,
                         struct event_listener *l)
{
    struct str last = req->headers[HTTP_LAST_EVENT_ID];
    struct event_cursor from;

    l->from = *now;
    if (!last.len)
        return;
    l->reset = !event_cursor_read(last, &from) || from.user_id != now->user_id ||
               from.message > now->message || from.video > now->video;
    if (!l->reset)
        l->from = from;
}

/* Before anything goes out it is known from where on nothing will be missing. */
static struct err *read_clocks(struct look *look, struct event_cursor *now)
{
    struct ctx *c = look->c;
    int64_t user_id = c->user_id;
    const struct i64_list ids = {&user_id, 1};
    struct message_get_clocks_req of_messages = {ids};
    struct video_get_clocks_req of_videos = {ids};
    struct message_get_clocks_resp messages = {0};
    struct video_get_clocks_resp videos = {0};

    message_get_clocks_start(look->g->deps.services.message, c, &of_messages, &messages,
                             &look->calls);
    video_get_clocks_start(look->g->deps.services.video, c, &of_videos, &videos, &look->calls);
    TRY(look_join(look));
    *now = (struct event_cursor){user_id, message_clock_in(&messages), video_clock_in(&videos)};
    return NULL;
}

struct err *event_stream(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct event_listener listener = {.base_url = gateway_base_url(g, c, req)};
    struct event_cursor now;

    TRY(read_clocks(look, &now));
    signed_in_read(g, c, req, &listener.who);
    choose_place(req, &now, &listener);
    if (!req->head)
        TRY(events_listen(g->events, c, &listener, &reply->stream));
    reply->type = "text/event-stream";
    http_reply_header(reply, "Cache-Control", "no-store");
    http_reply_header(reply, "X-Accel-Buffering", "no"); /* proxies pass on what comes */
    return NULL;
}
