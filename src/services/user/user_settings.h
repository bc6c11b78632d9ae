/* What a client keeps with an account: a few settings by name. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_SETTINGS_H
#define USER_SETTINGS_H

#include "err.h"

/*
 * JSON objects with members "language" (a tag of RFC 5646), "theme" ("auto", "dark", "light"),
 * "captions" and "autoscroll" (true, false). *out is what `kept` becomes when `change` is applied;
 * null removes a member. ERR_INVALID: `change` is no such object. Pure.
 */
MUST_USE struct err *user_settings_merge(struct ctx *c, struct str kept, struct str change,
                                         struct str *out);

#endif
