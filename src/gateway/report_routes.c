/* /api/v1/reports : what people report to those who look after the place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "envelope.h"
#include "page.h"

/* Whose it is; fails when there is no such thing. */
typedef struct err *owner_of(struct look *look, int64_t id, int64_t *owner);

static struct err *owner_of_video(struct look *look, int64_t id, int64_t *owner)
{
    look_require_video(look, id, owner);
    TRY(look_join(look));
    look_require_author(look, *owner);
    return look_join(look);
}

static struct err *owner_of_comment(struct look *look, int64_t id, int64_t *owner)
{
    struct comment_find_req req = {{&id, 1}};
    struct comment_find_resp found = {0};

    TRY(comment_find(look->g->deps.services.comment, look->c, &req, &found));
    if (!found.comments.count || found.comments.at[0].hidden_at)
        return err_reason(look->c, ERR_NOT_FOUND, "comment_not_found", "no such comment");
    *owner = found.comments.at[0].user_id;
    return NULL;
}

static struct err *owner_of_user(struct look *look, int64_t id, int64_t *owner)
{
    look_require_user(look, id);
    TRY(look_join(look));
    *owner = id;
    return NULL;
}

static const struct {
    struct str name;
    enum report_kind kind;
    owner_of *owner;
} kinds[] = {
    {STR_INIT("video"), REPORT_OF_VIDEO, owner_of_video},
    {STR_INIT("comment"), REPORT_OF_COMMENT, owner_of_comment},
    {STR_INIT("user"), REPORT_OF_USER, owner_of_user},
};

static struct err *find_kind(struct ctx *c, struct str name, size_t *out)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (str_eq(kinds[i].name, name)) {
            *out = i;
            return NULL;
        }
    return err_new(c, ERR_INVALID, "kind must be video, comment or user");
}

static struct err *check_target(struct look *look, owner_of *owner_is, int64_t id)
{
    int64_t owner = 0;

    TRY(owner_is(look, id, &owner));
    if (owner == look->c->user_id)
        return err_new(look->c, ERR_INVALID, "that is your own");
    return NULL;
}

/* POST /api/v1/reports */
struct err *report_post(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct look *look CLEANUP(look_end) = look_begin(g, c, req);
    struct report_add_req add = {.reporter_id = c->user_id};
    struct report_add_resp done;
    size_t kind = 0;

    TRY(find_kind(c, http_param(req, STR("kind")), &kind));
    TRY(gateway_id(c, req, STR("id"), &add.target_id));
    TRY(http_text(req, c, STR("reason"), &add.reason));
    TRY(gateway_written(c, req, STR("text"), &add.text));
    add.kind = kinds[kind].kind;
    TRY(check_target(look, kinds[kind].owner, add.target_id));
    TRY(report_add(g->deps.services.report, c, &add, &done));
    envelope_ok(reply);
    return NULL;
}
