/* Notices as JSON: what happened to somebody, with the people and the videos of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_PAGE_H
#define NOTICE_PAGE_H

#include "page.h"

/* A page of notices, and what they are about: users and videos of all of them in one list each. */
struct notice_page {
    struct notice_item_list list;
    struct user_page actors;
    bool *hidden; /* actors[i] is blocked */
    struct video_page videos;
    struct comment_item_list comments;
    bool *hidden_comment; /* the comment of list.at[i] was reported by the viewer */
    struct str base;      /* of URLs */
};

/* What the notices in page->list name, for the viewer of the look. */
MUST_USE struct err *notice_page_load(struct look *look, struct notice_page *page);

/* ,"list":[...] */
void notice_page_write(struct json *j, struct look *look, const struct notice_page *page);

/* {...}; false, and nothing: it is of nobody, or of nothing, that may be seen. */
bool notice_page_write_one(struct json *j, struct look *look, const struct notice_page *page,
                           size_t i);

#endif
