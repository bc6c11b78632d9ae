/* What people change about themselves: the part of the user service that lets them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_PROFILES_H
#define USER_PROFILES_H

#include "user_parts.h"

/* Methods of the API. */
MUST_USE struct err *user_profiles_edit(struct user_api *base, struct ctx *c,
                                        const struct user_edit_req *req,
                                        struct user_edit_resp *resp);
MUST_USE struct err *user_profiles_set_picture(struct user_api *base, struct ctx *c,
                                               const struct user_set_picture_req *req,
                                               struct user_set_picture_resp *resp);
MUST_USE struct err *user_profiles_settings(struct user_api *base, struct ctx *c,
                                            const struct user_get_settings_req *req,
                                            struct user_get_settings_resp *resp);

/* ERR_INVALID: nobody may be called that. */
MUST_USE struct err *user_profiles_check_name(struct ctx *c, struct str name);

#endif
