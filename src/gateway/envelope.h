/* The contract's reply: status_code and status_msg around everything (section 1.4). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include "http.h"
#include "json.h"

extern const char envelope_type[]; /* application/json; charset=utf-8 */

/* {"status_code":0,"status_msg":"" : the caller goes on, and ends with envelope_end(). */
struct json envelope_begin(struct ctx *c);
void envelope_end(struct json *j, struct http_reply *reply);

/* Nothing but success. */
void envelope_ok(struct http_reply *reply);

/* A failure, for struct http_app. */
void envelope_fail(void *gateway, struct ctx *c, const struct http_route *route, int status,
                   const struct err *e, struct http_reply *reply);

/* The public code of a failure (contract, section 7). */
int envelope_code(const struct err *e);

#endif
