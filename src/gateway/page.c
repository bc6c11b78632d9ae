/* Pages: one batched look-up for each kind of thing, whatever the length of the list. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "page.h"

#include "envelope.h"

struct err *page_load_users(struct gateway *g, struct ctx *c, int64_t viewer, struct i64_list ids,
                            struct user_page *out)
{
    *out = (struct user_page){
        .ids = ids,
        .users = arena_array(c->arena, struct user_view, ids.count),
        .followed = arena_array(c->arena, bool, ids.count),
    };
    TRY(near_users(g->near, c, ids, out->users));
    return near_followed(g->near, c, viewer, ids, out->followed);
}

/* Keeps those that may be seen, and their authors beside them. */
static void keep_visible(struct ctx *c, int64_t viewer, struct i64_list asked,
                         struct video_page *page)
{
    page->ids.at = arena_array(c->arena, int64_t, asked.count);
    page->authors.at = arena_array(c->arena, int64_t, asked.count);
    for (size_t i = 0; i < asked.count; i++) {
        struct video_view *v = &page->videos[i];

        if (!v->id || (!v->shown && v->author_id != viewer))
            continue;
        page->videos[page->ids.count] = *v;
        page->authors.at[page->authors.count++] = v->author_id;
        page->ids.at[page->ids.count++] = v->id;
    }
}

struct err *page_load_videos(struct gateway *g, struct ctx *c, int64_t viewer, struct i64_list ids,
                             struct video_page *out)
{
    struct user_page authors;

    *out = (struct video_page){.videos = arena_array(c->arena, struct video_view, ids.count)};
    TRY(near_videos(g->near, c, ids, out->videos));
    keep_visible(c, viewer, ids, out);
    TRY(page_load_users(g, c, viewer, out->authors, &authors));
    out->users = authors.users;
    out->followed = authors.followed;
    out->liked = arena_array(c->arena, bool, out->ids.count);
    return near_liked(g->near, c, viewer, out->ids, out->liked);
}

static void write_count(struct json *j, struct str name, int64_t value)
{
    json_raw(j, name);
    json_int(j, value);
}

static size_t length(const struct json *j)
{
    return json_str(j).len;
}

size_t page_write_user(struct json *j, const struct user_view *u, struct str base, bool followed)
{
    json_raw(j, u->piece[0]);
    json_raw(j, base);
    json_raw(j, u->piece[1]);
    json_raw(j, base);
    json_raw(j, u->piece[2]);
    size_t flag = length(j);

    json_flag(j, followed);
    write_count(j, STR(",\"follow_count\":"), u->follows);
    write_count(j, STR(",\"follower_count\":"), u->followers);
    write_count(j, STR(",\"total_favorited\":"), u->favorited);
    write_count(j, STR(",\"work_count\":"), u->works);
    write_count(j, STR(",\"favorite_count\":"), u->favorites);
    return flag;
}

void page_write_video(struct json *j, const struct video_page *page, size_t i, struct str base,
                      struct page_flags *flags)
{
    const struct video_view *v = &page->videos[i];

    json_raw(j, v->piece[0]);
    size_t followed = page_write_user(j, &page->users[i], base, page->followed[i]);

    json_lit(j, "}");
    json_raw(j, v->piece[1]);
    json_raw(j, base);
    json_raw(j, v->piece[2]);
    json_raw(j, base);
    json_raw(j, v->piece[3]);
    if (flags)
        *flags = (struct page_flags){followed, length(j)};
    json_flag(j, page->liked[i]);
    write_count(j, STR(",\"favorite_count\":"), v->favorites);
    write_count(j, STR(",\"comment_count\":"), v->comments);
}

void page_write_videos(struct json *j, const struct video_page *page, struct str base,
                       struct page_flags *flags)
{
    json_lit(j, "[");
    for (size_t i = 0; i < page->ids.count; i++) {
        if (i)
            json_lit(j, ",");
        page_write_video(j, page, i, base, flags ? &flags[i] : NULL);
        json_lit(j, "}");
    }
    json_lit(j, "]");
}

struct err *page_answer_videos(struct gateway *g, struct ctx *c, const struct http_req *req,
                               const struct window *w, struct i64_list ids,
                               struct http_reply *reply)
{
    struct video_page page;

    TRY(page_load_videos(g, c, c->user_id, ids, &page));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"video_list\":");
    page_write_videos(&j, &page, gateway_base_url(g, c, req), NULL);
    window_end(w, &j, reply);
    return NULL;
}
