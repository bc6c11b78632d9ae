/* The API of notices: listed, read, counted. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "limits.h"
#include "message_clock.h"
#include "message_store.h"
#include "notice.h"
#include "notice_groups.h"
#include "notice_store.h"

struct notice {
    struct notice_api base; /* first */
    struct sql *db;         /* borrowed, as is the other */
    struct changes *changes;
};

static struct notice *of(struct notice_api *base)
{
    return (struct notice *)base;
}

struct list_job {
    const struct notice_list_req *req;
    struct notice_item_list found;
};

static struct err *read_list(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct list_job *job = arg;

    return notice_store_list(tx, c, job->req, &job->found);
}

static struct err *list(struct notice_api *base, struct ctx *c, const struct notice_list_req *req,
                        struct notice_list_resp *resp)
{
    struct list_job job = {.req = req};

    TRY(sql_read_one(of(base)->db, c, read_list, &job));
    resp->notices = job.found;
    return NULL;
}

struct read_job {
    struct changes *changes;
    const struct notice_set_read_req *req;
};

static struct err *write_read(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct read_job *job = arg;
    int64_t at;

    TRY(notice_store_read(tx, c, job->req));
    return message_clock_move(tx, c, job->changes, job->req->user_id, &at);
}

static struct err *set_read(struct notice_api *base, struct ctx *c,
                            const struct notice_set_read_req *req,
                            struct notice_set_read_resp *resp)
{
    struct read_job job = {of(base)->changes, req};

    (void)resp;
    return sql_write(of(base)->db, c, write_read, &job);
}

struct count_job {
    int64_t user;
    struct notice_count_unread_resp found;
};

static struct err *read_counts(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct count_job *job = arg;

    TRY(notice_store_unread(tx, c, job->user, UNREAD_MAX, &job->found.unread));
    job->found.notices = (int64_t)job->found.unread.count;
    TRY(message_store_unread(tx, c, job->user, UNREAD_MAX, &job->found.writer_ids));
    job->found.messages = (int64_t)job->found.writer_ids.count;
    return NULL;
}

static struct err *count_unread(struct notice_api *base, struct ctx *c,
                                const struct notice_count_unread_req *req,
                                struct notice_count_unread_resp *resp)
{
    struct count_job job = {.user = req->user_id};

    TRY(sql_read(of(base)->db, c, read_counts, &job));
    *resp = job.found;
    return NULL;
}

/* They are bounded, so all go at once. */
static struct err *forget_all(struct sql_tx *tx, struct ctx *c, void *arg)
{
    int64_t user = *(const int64_t *)arg;

    TRY(notice_store_forget(tx, c, user));
    return message_clock_forget(tx, c, user);
}

static struct err *forget(struct notice_api *base, struct ctx *c,
                          const struct notice_forget_req *req, struct notice_forget_resp *resp)
{
    int64_t user = req->user_id;

    resp->more = false;
    return sql_write(of(base)->db, c, forget_all, &user);
}

static const struct notice_api_ops ops = {
    .list = list,
    .set_read = set_read,
    .count_unread = count_unread,
    .forget = forget,
};

struct notice_api *notice_create(struct sql *db, struct changes *changes)
{
    struct notice *self = calloc(1, sizeof(*self));

    if (!self)
        abort();
    *self = (struct notice){{&ops}, db, changes};
    notice_groups_follow(changes);
    return &self->base;
}

void notice_destroy(struct notice_api *self)
{
    free(self);
}
