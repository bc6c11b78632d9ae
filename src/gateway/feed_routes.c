/* GET /douyin/feed/ : the newest videos, page by page. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "clock.h"
#include "contract_time.h"
#include "envelope.h"
#include "feed_cache.h"
#include "limits.h"
#include "viewer_feeds.h"

/* What a page after `before` holds, and when each of the videos came that were looked at. */
static struct err *load_once(struct look *look, int64_t before, struct video_page *out,
                             struct i64_list *times)
{
    struct video_list_feed_req req = {
        .before = before, .limit = FEED_PAGE, .with_items = !look_is_local(look)};
    struct video_list_resp list = {0};

    look_confirm_later(look);
    video_list_feed_start(look->g->deps.services.video, look->c, &req, &list, &look->calls);
    TRY(look_join(look));
    *times = list.times;
    return look_is_local(look) ? page_load_videos(look, list.ids, out)
                               : page_load_items(look, list.items, out);
}

/* Where a list stands: when the newest came that was looked at, and where the next page begins. */
struct place {
    int64_t newest, next_time;
};

/* One prolific author who closed his account, or is blocked, must not leave a page empty. */
static struct err *load(struct look *look, int64_t before, struct video_page *out,
                        struct place *place)
{
    struct i64_list times = {0};

    *place = (struct place){0};
    for (int i = 0; i < FEED_LOOKS_MAX && (!i || (!out->ids.count && times.count)); i++) {
        TRY(load_once(look, before, out, &times));
        if (times.count && !place->newest)
            place->newest = times.at[0];
        before =
            times.count ? times.at[times.count - 1] : clock_wall_ms(); /* the end: start over */
    }
    place->next_time = before;
    return NULL;
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

/* The same for everybody, so it is made for nobody; the viewer's flags are patched in. */
static struct err *make_first_page(struct look *look, struct str base, struct feed_page **out)
{
    struct gateway *g = look->g;
    struct ctx *c = look->c;
    int64_t viewer = c->user_id;
    uint64_t sequence = near_sequence(g->near); /* before reading: older means stale, never wrong */
    struct page_flags *flags = arena_array(c->arena, struct page_flags, FEED_PAGE);
    struct video_page page;
    struct place place;

    c->user_id = 0;
    struct err *e = load(look, INT64_MAX, &page, &place);

    c->user_id = viewer;
    if (e)
        return e;
    const struct feed_parts parts = {&page, flags, write(c, &page, base, place.next_time, flags),
                                     place.newest};

    *out = feed_cache_put(g->feed, sequence, base, &parts);
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

static bool any(const bool *flags, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (flags[i])
            return true;
    return false;
}

/* Is there something in it that this viewer does not want to see? */
static struct err *is_unwanted(struct gateway *g, struct ctx *c, const struct feed_page *page,
                               bool *out)
{
    bool video[FEED_PAGE], author[FEED_PAGE];

    TRY(near_hidden(g->near, c, c->user_id, RELATION_VIDEO, page->ids, video));
    TRY(near_hidden(g->near, c, c->user_id, RELATION_USER, page->authors, author));
    *out = any(video, page->ids.count) || any(author, page->authors.count);
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

/* Made for this viewer. */
static struct err *own_page(struct look *look, const struct http_req *req, struct str base,
                            int64_t before, struct http_reply *reply)
{
    struct video_page page;
    struct place place;

    TRY(load(look, before ? before : INT64_MAX, &page, &place));
    page.ext = page_wants_ext(req);
    reply->type = envelope_type;
    reply->body = write(look->c, &page, base, place.next_time, NULL);
    return NULL;
}

struct err *feed_show(void *self, struct ctx *c, const struct http_req *req,
                      struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct str base = gateway_base_url(g, c, req);
    int64_t before;

    TRY(contract_time_read(req, c, STR("latest_time"), &before));
    if (c->user_id && page_wants_ext(req))
        return viewer_feeds_for_you(look, req, reply);
    if (!look_is_local(look) || page_wants_ext(req))
        return own_page(look, req, base, before, reply);
    struct feed_page *page = feed_cache_take(g->feed, near_sequence(g->near), base);
    bool unwanted = false;

    if (!page)
        TRY(make_first_page(look, base, &page));
    bool first = before == 0 || before > page->newest;
    struct err *e = first ? is_unwanted(g, c, page, &unwanted) : NULL;

    if (first && !e && !unwanted)
        return answer(g, c, page, reply);
    feed_page_give(page);
    return e ? e : own_page(look, req, base, before, reply);
}
