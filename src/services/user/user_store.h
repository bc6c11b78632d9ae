/* The tables of accounts and of their counts. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_STORE_H
#define USER_STORE_H

#include "sql.h"
#include "user_api.h"

/* A new account with the defaults that a fresh profile shows. ERR_EXISTS: the name is taken. */
MUST_USE struct err *user_store_add(struct sql_tx *tx, struct ctx *c,
                                    const struct user_sign_up_req *req, int64_t id, int64_t now);

/* Those that there are, in the order of their ids in the list. */
MUST_USE struct err *user_store_get(struct sql_tx *tx, struct ctx *c, struct i64_list ids,
                                    struct user_profile_list *out);

/* By name, or by id when the name is empty; out->id is 0 when there is none. */
MUST_USE struct err *user_store_credentials(struct sql_tx *tx, struct ctx *c,
                                            const struct user_get_credentials_req *by,
                                            struct user_get_credentials_resp *out);

/* The new session version; 0 when there is no such user. */
MUST_USE struct err *user_store_set_password(struct sql_tx *tx, struct ctx *c, int64_t id,
                                             struct str hash, int64_t *session);

/* When it was banned, 0: it is not; and nobody changes the account until the transaction ends. */
MUST_USE struct err *user_store_lock(struct sql_tx *tx, struct ctx *c, int64_t id,
                                     int64_t *banned_at, bool *found);

/* Idempotent: what is banned already keeps its time and its session version. */
MUST_USE struct err *user_store_ban(struct sql_tx *tx, struct ctx *c, int64_t id, struct str reason,
                                    int64_t now);
MUST_USE struct err *user_store_unban(struct sql_tx *tx, struct ctx *c, int64_t id);

/* What their owner may change. ERR_EXISTS: the name is another's. */
MUST_USE struct err *user_store_set_name(struct sql_tx *tx, struct ctx *c, int64_t id,
                                         struct str name);
MUST_USE struct err *user_store_set_signature(struct sql_tx *tx, struct ctx *c, int64_t id,
                                              struct str signature);
MUST_USE struct err *user_store_set_settings(struct sql_tx *tx, struct ctx *c, int64_t id,
                                             struct str settings);
MUST_USE struct err *user_store_settings(struct sql_tx *tx, struct ctx *c, int64_t id,
                                         struct str *settings, bool *found);

/* The same, and nobody changes the account until the transaction ends. *session 0: there is none.
 */
MUST_USE struct err *user_store_lock_settings(struct sql_tx *tx, struct ctx *c, int64_t id,
                                              int64_t *session, struct str *settings);

enum { PICTURE_PATH_MAX = 200 }; /* of its columns */
struct user_pictures {
    struct str avatar, background; /* paths */
};
MUST_USE struct err *user_store_lock_pictures(struct sql_tx *tx, struct ctx *c, int64_t id,
                                              int64_t *session, struct user_pictures *out);
MUST_USE struct err *user_store_set_picture(struct sql_tx *tx, struct ctx *c, int64_t id,
                                            bool background, struct str path);

enum user_column { USER_FOLLOWS, USER_FOLLOWERS, USER_FAVORITED, USER_WORKS, USER_FAVORITES };

/* Moves one count; *out is the whole row afterwards, NULL: it is not wanted. Of an account that is
 * gone there is nothing to move, and out->user_id is 0. */
MUST_USE struct err *user_store_count(struct sql_tx *tx, struct ctx *c, enum user_column column,
                                      int64_t id, int64_t by, struct user_count *out);

#endif
