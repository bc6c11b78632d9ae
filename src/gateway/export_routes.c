/* /api/v1/me/export : a copy of what somebody has here, asked for and fetched by himself. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"
#include "clock.h"
#include "envelope.h"
#include "gateway_parts.h"
#include "media_key.h"
#include "media_reply.h"
#include "sign_in.h"

/* POST /api/v1/me/export */
struct err *export_begin(void *self, struct ctx *c, const struct http_req *req,
                         struct http_reply *reply)
{
    struct gateway *g = self;
    const struct user_begin_export_req ask = {c->user_id, g->options.export_lifetime_ms,
                                              g->options.export_pause_ms,
                                              gateway_base_url(g, c, req)};
    struct user_begin_export_resp begun = {0};

    TRY(sign_in_check_again(g, c, req, STR("password")));
    TRY(user_begin_export(g->deps.services.user, c, &ask, &begun));
    struct json j = envelope_begin(c);

    json_lit(&j, ",\"job_id\":");
    json_int(&j, begun.job_id);
    envelope_end(&j, reply);
    return NULL;
}

/* Its time may be over before a job has taken it away. */
static enum user_export_state state_of(const struct user_export *row)
{
    bool over = row->state == USER_EXPORT_READY && row->expires_at <= clock_wall_ms();

    return over ? USER_EXPORT_EXPIRED : row->state;
}

static void write_number(struct json *j, struct str name, int64_t value)
{
    json_raw(j, name);
    json_int(j, value);
}

static void write_export(struct json *j, const struct user_export *row)
{
    static const char *const states[] = {
        [USER_EXPORT_WAITING] = "waiting",
        [USER_EXPORT_READY] = "ready",
        [USER_EXPORT_FAILED] = "failed",
        [USER_EXPORT_EXPIRED] = "expired",
    };
    enum user_export_state state = state_of(row);

    json_lit(j, ",\"state\":\"");
    json_raw(j, row->job_id ? str_of(states[state]) : STR("none"));
    json_lit(j, "\"");
    if (!row->job_id)
        return;
    write_number(j, STR(",\"job_id\":"), row->job_id);
    write_number(j, STR(",\"asked_at\":"), row->asked_at);
    if (state == USER_EXPORT_READY) {
        write_number(j, STR(",\"expires_at\":"), row->expires_at);
        write_number(j, STR(",\"bytes\":"), row->bytes);
        json_lit(j, ",\"url\":\"/api/v1/me/export/file\"");
    }
    if (row->reason.len) {
        json_lit(j, ",\"reason\":");
        json_text(j, row->reason);
    }
}

static struct err *find(struct gateway *g, struct ctx *c, struct user_export *out)
{
    const struct user_get_export_req ask = {c->user_id};

    *out = (struct user_export){0};
    return user_get_export(g->deps.services.user, c, &ask, out);
}

/* GET /api/v1/me/export */
struct err *export_show(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct user_export row;

    (void)req;
    TRY(find(self, c, &row));
    struct json j = envelope_begin(c);

    write_export(&j, &row);
    envelope_end(&j, reply);
    return NULL;
}

static struct err *no_export(struct ctx *c)
{
    return err_reason(c, ERR_NOT_FOUND, "export_not_found", "there is no copy to be fetched");
}

/* GET /api/v1/me/export/file : sent by us alone, and kept by nobody on the way. */
struct err *export_file(void *self, struct ctx *c, const struct http_req *req,
                        struct http_reply *reply)
{
    struct gateway *g = self;
    struct blob_view *view = NULL;
    struct user_export row;

    TRY(gateway_confirm(g, c, req, NULL)); /* nothing is opened for somebody who is not he */
    TRY(find(g, c, &row));
    if (!row.job_id || state_of(&row) != USER_EXPORT_READY)
        return no_export(c);
    struct err *e =
        blob_view_open(g->deps.blob, c, media_export_key(c->arena, c->user_id, row.job_id), &view);

    if (e)
        return e->code == ERR_NOT_FOUND ? no_export(c) : e;
    reply->type = "application/zip";
    http_reply_header(reply, "Content-Disposition", "attachment; filename=\"duan.zip\"");
    e = media_reply_object(c, req, false, &view, reply);
    blob_view_close(view);
    return e;
}
