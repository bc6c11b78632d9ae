/* Profiles as their owners change them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "user_profiles.h"

#include <inttypes.h>

#include "limits.h"
#include "search_index.h"
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
    return e ? e : search_index_put(tx, c, SEARCH_USERS, req->id, req->name);
}

static struct err *change_settings(struct sql_tx *tx, struct ctx *c,
                                   const struct user_edit_req *req, struct str kept)
{
    struct str settings;

    TRY(user_settings_merge(c, kept, req->settings, &settings));
    return user_store_set_settings(tx, c, req->id, settings);
}

static struct err *tell_account(struct user *self, struct sql_tx *tx, struct ctx *c, int64_t id,
                                int64_t session)
{
    struct user_account *row = arena_new(c->arena, struct user_account);

    *row = (struct user_account){.id = id, .session = session};
    return changes_emit(self->changes, tx, c,
                        &(struct change){&user_account_type, CHANGE_UPDATE, row});
}

static struct err *edit(struct sql_tx *tx, struct ctx *c, void *arg)
{
    const struct edit_job *job = arg;
    const struct user_edit_req *req = job->req;
    struct str kept;
    int64_t session;

    TRY(user_store_lock_settings(tx, c, req->id, &session, &kept));
    if (!session)
        return no_user(c, req->id);
    TRY(req->settings.len ? change_settings(tx, c, req, kept) : NULL);
    TRY(req->with_signature ? user_store_set_signature(tx, c, req->id, req->signature) : NULL);
    TRY(req->with_name ? rename_user(tx, c, req) : NULL);
    return tell_account(job->self, tx, c, req->id, session);
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

struct picture_job {
    struct user *self;
    const struct user_set_picture_req *req;
    struct str replaced;
};

static struct err *set_picture(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct picture_job *job = arg;
    const struct user_set_picture_req *req = job->req;
    struct user_pictures before;
    int64_t session;

    TRY(user_store_lock_pictures(tx, c, req->id, &session, &before));
    if (!session)
        return no_user(c, req->id);
    job->replaced = req->background ? before.background : before.avatar;
    TRY(user_store_set_picture(tx, c, req->id, req->background, req->path));
    return tell_account(job->self, tx, c, req->id, session);
}

struct err *user_profiles_set_picture(struct user_api *base, struct ctx *c,
                                      const struct user_set_picture_req *req,
                                      struct user_set_picture_resp *resp)
{
    struct picture_job job = {user_of(base), req, {0}};

    if (!req->path.len || req->path.len > PICTURE_PATH_MAX)
        return err_new(c, ERR_INVALID, "no picture is there");
    TRY(sql_write(job.self->db, c, set_picture, &job));
    resp->replaced = job.replaced;
    return NULL;
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
