/* GET /douyin/feed/ : the newest videos, page by page. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "contract_time.h"
#include "envelope.h"
#include "feed_cache.h"
#include "limits.h"

/* What a page after `before` holds; viewer 0 gives the same for everybody. */
static struct err *load(struct gateway *g, struct ctx *c, int64_t viewer, int64_t before,
                        struct video_page *out, int64_t *next_time)
{
    struct video_list_feed_req req = {.before = before, .limit = FEED_PAGE};
    struct video_list_resp list = {0};

    TRY(video_list_feed(g->deps.services.video, c, &req, &list));
    *next_time = list.times.count ? list.times.at[list.times.count - 1]
                                  : clock_wall_ms(); /* the end: start over */
    return page_load_videos(g, c, viewer, list.ids, out);
}

static struct str write(struct ctx *c, const struct video_page *page, struct str base,
                        int64_t next_time, struct page_flags *flags)
{
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"video_list\":");
    page_write_videos(&j, page, base, flags);
    json_lit(&j, ",\"next_time\":");
    json_int(&j, next_time);
    json_lit(&j, "}");
    return json_str(&j);
}

static struct err *make_first_page(struct gateway *g, struct ctx *c, struct str base,
                                   struct feed_page **out)
{
    uint64_t sequence = near_sequence(g->near); /* before reading: older means stale, never wrong */
    struct page_flags *flags = arena_array(c->arena, struct page_flags, FEED_PAGE);
    struct video_page page;
    int64_t next_time;

    TRY(load(g, c, 0, INT64_MAX, &page, &next_time));
    struct str text = write(c, &page, base, next_time, flags);

    *out = feed_cache_put(g->feed, sequence, base, &page, flags, text);
    return NULL;
}

/* The finished text, copied, with this viewer's flags in it. */
static struct err *patch(struct gateway *g, struct ctx *c, const struct feed_page *page,
                         struct http_reply *reply)
{
    bool liked[FEED_PAGE], followed[FEED_PAGE];
    char *text = arena_bytes(c->arena, page->text.len);

    TRY(near_liked(g->near, c, c->user_id, page->ids, liked));
    TRY(near_followed(g->near, c, c->user_id, page->authors, followed));
    memcpy(text, page->text.ptr, page->text.len);
    for (size_t i = 0; i < page->ids.count; i++) {
        json_flag_patch(text + page->flags[i].liked, liked[i]);
        json_flag_patch(text + page->flags[i].followed, followed[i]);
    }
    reply->type = envelope_type;
    reply->body = (struct str){text, page->text.len};
    return NULL;
}

static struct err *answer(struct gateway *g, struct ctx *c, struct feed_page *page,
                          struct http_reply *reply)
{
    struct err *e = NULL;

    if (c->user_id) {
        e = patch(g, c, page, reply);
    } else {
        http_shared_retain(page->shared);
        reply->shared = page->shared;
    }
    feed_page_give(page);
    return e;
}

static struct err *later_page(struct gateway *g, struct ctx *c, struct str base, int64_t before,
                              struct http_reply *reply)
{
    struct video_page page;
    int64_t next_time;

    TRY(load(g, c, c->user_id, before, &page, &next_time));
    reply->type = envelope_type;
    reply->body = write(c, &page, base, next_time, NULL);
    return NULL;
}

struct err *feed_show(void *self, struct ctx *c, const struct http_req *req,
                      struct http_reply *reply)
{
    struct gateway *g = self;
    struct str base = gateway_base_url(g, c, req);
    int64_t before;

    TRY(contract_time_read(req, c, STR("latest_time"), &before));
    struct feed_page *page = feed_cache_take(g->feed, near_sequence(g->near), base);

    if (!page)
        TRY(make_first_page(g, c, base, &page));
    if (before == 0 || before > page->newest)
        return answer(g, c, page, reply);
    feed_page_give(page);
    return later_page(g, c, base, before, reply);
}
