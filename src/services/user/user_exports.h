/* Copies of what somebody has here: asked for, made by a job, fetched for a while. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_EXPORTS_H
#define USER_EXPORTS_H

#include "user_parts.h"

struct err *user_exports_begin(struct user_api *base, struct ctx *c,
                               const struct user_begin_export_req *req,
                               struct user_begin_export_resp *resp);
struct err *user_exports_get(struct user_api *base, struct ctx *c,
                             const struct user_get_export_req *req, struct user_export *resp);
struct err *user_exports_plan(struct user_api *base, struct ctx *c,
                              const struct user_plan_export_req *req, struct user_export *resp);
struct err *user_exports_end(struct user_api *base, struct ctx *c,
                             const struct user_end_export_req *req,
                             struct user_end_export_resp *resp);

#endif
