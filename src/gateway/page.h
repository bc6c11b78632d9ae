/* Lists of videos and users as JSON: everything gathered first, then written. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PAGE_H
#define PAGE_H

#include "look.h"
#include "window.h"

/* Everything a list of videos shows. In the request's arena. */
struct video_page {
    struct i64_list ids, authors; /* authors[i] made ids[i] */
    struct video_view *videos;
    struct user_view *users; /* the authors */
    bool *liked, *followed;
    bool ext; /* written with `ext` in each: what the web client shows beyond the contract */
    bool *hidden_video, *hidden_author; /* from the viewer, by his own wish */
};

/* "processing", "ready" or "failed": a state as `ext` tells it. */
const char *page_state(enum video_state state);

/* Does the request ask for `ext`? */
bool page_wants_ext(const struct http_req *req);

/*
 * Videos that are gone, or not shown to this viewer, are left out. By their ids alone; as the video
 * service tells of them; by their ids and who made each: the last two take one join, the first one
 * takes two.
 */
MUST_USE struct err *page_load_videos(struct look *look, struct i64_list ids,
                                      struct video_page *out);
MUST_USE struct err *page_load_items(struct look *look, struct video_item_list items,
                                     struct video_page *out);
MUST_USE struct err *page_load_made(struct look *look, struct i64_list ids, struct i64_list authors,
                                    struct video_page *out);

/* Where the five-byte flags of one video stand, from the start of the text. */
struct page_flags {
    size_t followed, liked;
};

/* [{...},...]; `flags` has room for every video, or is NULL. */
void page_write_videos(struct json *j, const struct video_page *page, struct str base,
                       struct page_flags *flags);

/* The reply of a list of videos; with `ext` if that is asked for. */
void page_answer_videos(struct look *look, const struct http_req *req, const struct window *w,
                        struct video_page *page, struct http_reply *reply);

/* One video without its closing brace. */
void page_write_video(struct json *j, const struct video_page *page, size_t i, struct str base,
                      struct page_flags *flags);

/* A user object without its closing brace; returns where its flag stands. */
size_t page_write_user(struct json *j, const struct user_view *user, struct str base,
                       bool followed);

/* Users with the viewer's flags; those that are gone have id 0. */
struct user_page {
    struct i64_list ids;
    struct user_view *users;
    bool *followed;
};
MUST_USE struct err *page_load_users(struct look *look, struct i64_list ids, struct user_page *out);

#endif
