/* GET /api/v1/search : people by their names, videos by their titles. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "cursor.h"
#include "envelope.h"
#include "limits.h"
#include "page.h"

/* Of people and of videos: only smaller ids are looked for. 0: from the largest on; NONE: no more.
 * In a cursor each is one more, as its numbers are positive. */
enum { NONE = -1 };

struct search {
    struct str text;
    int64_t limit, users_before, videos_before;
    struct user_search_resp users;
    struct video_search_resp videos;
};

static struct err *read_kind(struct ctx *c, struct str kind, struct search *s)
{
    if (!kind.len)
        return NULL;
    if (str_eq(kind, STR("user")))
        s->videos_before = NONE;
    else if (str_eq(kind, STR("video")))
        s->users_before = NONE;
    else
        return err_new(c, ERR_INVALID, "kind must be user or video");
    return NULL;
}

static int64_t from_cursor(int64_t number)
{
    return number > 1 ? number - 1 : NONE;
}

static struct err *read_search(struct ctx *c, const struct http_req *req, struct search *out)
{
    struct str cursor = http_param(req, STR("cursor"));
    struct search s = {0};
    struct cursor at;

    TRY(http_text(req, c, STR("q"), &s.text));
    TRY(http_i64(req, c, STR("limit"), PAGE_DEFAULT, &s.limit));
    if (s.limit < 1 || s.limit > PAGE_MAX)
        return err_new(c, ERR_INVALID, "limit must be 1 to %d", PAGE_MAX);
    if (cursor.len && !cursor_read(cursor, &at))
        return err_new(c, ERR_INVALID, "this is the cursor of no reply");
    if (cursor.len) {
        s.users_before = from_cursor(at.time);
        s.videos_before = from_cursor(at.id);
    }
    TRY(read_kind(c, http_param(req, STR("kind")), &s));
    *out = s;
    return NULL;
}

/* At least one of the two is asked: who answers says what is wrong with the question. */
static struct err *find(struct look *look, struct search *s)
{
    const struct services *to = &look->g->deps.services;
    struct user_search_req users = {s->text, s->users_before, s->limit};
    struct video_search_req videos = {s->text, s->videos_before, s->limit};

    if (s->users_before != NONE)
        user_search_start(to->user, look->c, &users, &s->users, &look->calls);
    if (s->videos_before != NONE)
        video_search_start(to->video, look->c, &videos, &s->videos, &look->calls);
    return look_join(look);
}

/* People but for those who are blocked. */
static void write_users(struct json *j, const struct user_page *page, const bool *hidden,
                        struct str base)
{
    bool first = true;

    json_lit(j, ",\"users\":[");
    for (size_t i = 0; i < page->ids.count; i++) {
        if (!page->users[i].id || hidden[i])
            continue;
        if (!first)
            json_lit(j, ",");
        first = false;
        (void)page_write_user(j, &page->users[i], base, page->followed[i]);
        json_lit(j, "}");
    }
    json_lit(j, "]");
}

static void write_cursor(struct json *j, struct ctx *c, const struct search *s)
{
    if (!s->users.next && !s->videos.next)
        return;
    json_lit(j, ",\"cursor\":\"");
    json_raw(j, cursor_write(c, (struct cursor){s->users.next + 1, s->videos.next + 1}));
    json_lit(j, "\"");
}

struct err *search_show(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct search s = {0};
    struct user_page users;
    struct video_page videos;

    TRY(read_search(c, req, &s));
    TRY(find(look, &s));
    bool *hidden = arena_array(c->arena, bool, s.users.ids.count);

    look_hidden(look, RELATION_USER, s.users.ids, hidden);
    TRY(page_load_users(look, s.users.ids, &users));
    TRY(page_load_videos(look, s.videos.ids, &videos));
    videos.ext = page_wants_ext(req);
    struct json j = envelope_begin(c);
    struct str base = gateway_base_url(g, c, req);

    write_users(&j, &users, hidden, base);
    json_lit(&j, ",\"videos\":");
    page_write_videos(&j, &videos, base, NULL);
    write_cursor(&j, c, &s);
    envelope_end(&j, reply);
    return NULL;
}
