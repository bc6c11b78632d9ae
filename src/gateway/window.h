/* Windows: which piece of whose list is asked for, and where the next one begins. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WINDOW_H
#define WINDOW_H

#include "cursor.h"
#include "look.h"

/*
 * The contract's lists come whole: the newest LIST_MAX. Those under /api/v1 have the id of their
 * owner in the path, and come in pages. Lives with its request.
 */
struct window {
    int64_t of; /* whose list: the id of a user or a video; 0: the path does not say */
    int64_t limit;
    struct cursor after;  /* the last element that the client has */
    struct str next_name; /* the reply's field that says where to go on; "": the list is whole */
    bool next_always;     /* also at the end, where it is "" */
    struct str next;      /* set by window_cut(): "" at the end */
};

/* Of a page the id in the path, `limit` and `cursor`. ERR_INVALID. */
MUST_USE struct err *window_read(struct ctx *c, const struct http_req *req, struct window *out);

/* `limit` and `cursor` alone; the reply has a `cursor` while there is more. */
MUST_USE struct err *window_read_open(struct ctx *c, const struct http_req *req,
                                      struct window *out);

/* As window_read(), of a user: in the path, or as user_id, or the viewer. The look's next join
 * fails when there is no such. */
MUST_USE struct err *window_of_user(struct look *look, const struct http_req *req,
                                    struct window *out);

/* What to ask a service for: one more than is shown, which tells whether the list goes on. */
int64_t window_ask(const struct window *w);

/* Leaves in the list what is shown. */
void window_cut(struct window *w, struct ctx *c, size_t *count,
                struct cursor (*at)(const void *list, size_t i), const void *list);
void window_cut_ids(struct window *w, struct ctx *c, struct i64_list *ids, struct i64_list times);

/* Ends the envelope; of a page with `next`. */
void window_end(const struct window *w, struct json *j, struct http_reply *reply);

#endif
