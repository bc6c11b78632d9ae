/* Windows onto lists: limits and cursors, in and out. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "window.h"

#include "envelope.h"
#include "limits.h"

static struct err *read_place(struct ctx *c, const struct http_req *req, struct window w,
                              struct window *out)
{
    struct str cursor = http_param(req, STR("cursor"));

    TRY(http_i64(req, c, STR("limit"), PAGE_DEFAULT, &w.limit));
    if (w.limit < 1 || w.limit > PAGE_MAX)
        return err_new(c, ERR_INVALID, "limit must be 1 to %d", PAGE_MAX);
    if (cursor.len && !cursor_read(cursor, &w.after))
        return err_new(c, ERR_INVALID, "cursor is not the \"next\" of any reply");
    *out = w;
    return NULL;
}

struct err *window_read_open(struct ctx *c, const struct http_req *req, struct window *out)
{
    return read_place(c, req, (struct window){.next_name = STR("cursor")}, out);
}

struct err *window_read(struct ctx *c, const struct http_req *req, struct window *out)
{
    struct window w = {.next_name = STR("next"), .next_always = true};

    if (!req->rest.len) {
        *out = (struct window){.limit = LIST_MAX};
        return NULL;
    }
    TRY(gateway_path_id(c, req, &w.of));
    return read_place(c, req, w, out);
}

struct err *window_of_user(struct look *look, const struct http_req *req, struct window *out)
{
    struct window w = {0};

    TRY(window_read(look->c, req, &w));
    if (!w.of)
        TRY(gateway_whose(look->c, req, &w.of));
    look_require_user(look, w.of);
    *out = w;
    return NULL;
}

int64_t window_ask(const struct window *w)
{
    return w->limit + 1;
}

void window_cut(struct window *w, struct ctx *c, size_t *count,
                struct cursor (*at)(const void *list, size_t i), const void *list)
{
    size_t shown = (size_t)w->limit;

    if (*count <= shown)
        return;
    *count = shown;
    w->next = cursor_write(c, at(list, shown - 1));
}

struct dated_ids {
    const int64_t *ids, *times;
};

static struct cursor dated_id(const void *list, size_t i)
{
    const struct dated_ids *l = list;

    return (struct cursor){l->times[i], l->ids[i]};
}

void window_cut_ids(struct window *w, struct ctx *c, struct i64_list *ids, struct i64_list times)
{
    window_cut(w, c, &ids->count, dated_id, &(struct dated_ids){ids->at, times.at});
}

void window_end(const struct window *w, struct json *j, struct http_reply *reply)
{
    if (w->next_name.len && (w->next_always || w->next.len)) {
        json_lit(j, ",\"");
        json_raw(j, w->next_name);
        json_lit(j, "\":\"");
        json_raw(j, w->next);
        json_lit(j, "\"");
    }
    envelope_end(j, reply);
}
