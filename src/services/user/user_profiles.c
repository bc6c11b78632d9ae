/* Profiles as their owners change them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_profiles.h"

#include <inttypes.h>

#include "limits.h"
#include "text_rules.h"
#include "user_settings.h"
#include "user_store.h"

struct err *user_profiles_check_name(struct ctx *c, struct str name)
{
    static const struct text_rule rule = {
        .what = "user name", .min_chars = 1, .max_chars = NAME_MAX_CHARS};

    TRY(text_rules_check(c, &rule, name));
    if (str_trim(name).len != name.len)
        return err_new(c, ERR_INVALID, "the user name begins or ends with a blank");
    return NULL;
}

static struct err *no_user(struct ctx *c, int64_t id)
{
    return err_reason(c, ERR_NOT_FOUND, "user_not_found", "no user %" PRId64, id);
}

struct edit_job {
    struct user *self;
    const struct user_edit_req *req;
};

static struct err *rename_user(struct sql_tx *tx, struct ctx *c, const struct user_edit_req *req)
{
    struct err *e = user_store_set_name(tx, c, req->id, req->name);

    if (e && e->code == ERR_EXISTS)
        return err_reason(c, ERR_EXISTS, "name_taken", "the name is taken");
    return e;
}

static struct err *edit(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct edit_job *job = arg;
    const struct user_edit_req *req = job->req;
    struct user_account *row = arena_new(c->arena, struct user_account);
    struct str settings;

    TRY(user_store_lock_settings(tx, c, req->id, &row->session, &settings));
    if (!row->session)
        return no_user(c, req->id);
    if (req->settings.len) {
        TRY(user_settings_merge(c, settings, req->settings, &settings));
        TRY(user_store_set_settings(tx, c, req->id, settings));
    }
    if (req->with_signature)
        TRY(user_store_set_signature(tx, c, req->id, req->signature));
    if (req->with_name)
        TRY(rename_user(tx, c, req));
    row->id = req->id;
    return changes_emit(job->self->changes, tx, c,
                        &(struct change){&user_account_type, CHANGE_UPDATE, row});
}

struct err *user_profiles_edit(struct user_api *base, struct ctx *c,
                               const struct user_edit_req *req, struct user_edit_resp *resp)
{
    static const struct text_rule rule = {
        .what = "signature", .max_chars = SIGNATURE_MAX_CHARS, .lines = true};
    struct edit_job job = {user_of(base), req};

    (void)resp;
    if (req->with_name)
        TRY(user_profiles_check_name(c, req->name));
    if (req->with_signature)
        TRY(text_rules_check(c, &rule, req->signature));
    return sql_write(job.self->db, c, edit, &job);
}

struct settings_job {
    int64_t id;
    struct str settings;
    bool found;
};

static struct err *read_settings(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct settings_job *job = arg;

    return user_store_settings(tx, c, job->id, &job->settings, &job->found);
}

struct err *user_profiles_settings(struct user_api *base, struct ctx *c,
                                   const struct user_get_settings_req *req,
                                   struct user_get_settings_resp *resp)
{
    struct settings_job job = {.id = req->id};

    TRY(sql_read_one(user_of(base)->db, c, read_settings, &job));
    resp->settings = job.found ? job.settings : STR("{}");
    return NULL;
}
