/* /api/v1/notifications : what happened to one's videos and to oneself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "limits.h"
#include "notice_page.h"
#include "unread.h"
#include "window.h"

static struct cursor notice_at(const void *list, size_t i)
{
    const struct notice_item *item = &((const struct notice_item_list *)list)->at[i];

    return (struct cursor){item->at, item->id};
}

static struct err *find(struct look *look, const struct http_req *req, struct window *w,
                        struct notice_count_unread_resp *unread, struct notice_item_list *out)
{
    struct ctx *c = look->c;
    struct notice_api *notices = look->g->deps.services.notice;
    struct notice_list_resp found = {0};
    struct notice_count_unread_req count = {c->user_id};

    TRY(window_read_open(c, req, w));
    struct notice_list_req ask = {c->user_id, window_ask(w), w->after.time, w->after.id};

    notice_list_start(notices, c, &ask, &found, &look->calls);
    notice_count_unread_start(notices, c, &count, unread, &look->calls);
    TRY(look_join(look));
    TRY(unread_leave_out(look, unread));
    window_cut(w, c, &found.notices.count, notice_at, &found.notices);
    *out = found.notices;
    return NULL;
}

/* GET /api/v1/notifications */
struct err *notice_list_show(void *self, struct ctx *c, const struct http_req *req,
                             struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct notice_page page = {0};
    struct notice_count_unread_resp unread = {0};
    struct window w;

    TRY(find(look, req, &w, &unread, &page.list));
    TRY(notice_page_load(look, &page));
    page.base = gateway_base_url(g, c, req);
    page.videos.ext = page_wants_ext(req);
    struct json j = envelope_begin(c);

    notice_page_write(&j, look, &page);
    json_lit(&j, ",\"unread\":{\"messages\":");
    json_int(&j, unread.messages);
    json_lit(&j, ",\"notifications\":");
    json_int(&j, unread.notices);
    json_lit(&j, "}");
    window_end(&w, &j, reply);
    return NULL;
}

/* POST /api/v1/notifications/read */
struct err *notice_read(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct notice_set_read_req set = {.user_id = c->user_id};
    struct notice_set_read_resp done;

    TRY(gateway_id(c, req, STR("up_to"), &set.up_to));
    TRY(notice_set_read(g->deps.services.notice, c, &set, &done));
    envelope_ok(reply);
    return NULL;
}
