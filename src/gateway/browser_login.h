/* What a browser holds of a session: a cookie that says nothing to anybody but us. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BROWSER_LOGIN_H
#define BROWSER_LOGIN_H

#include "http.h"
#include "user_api.h"

/*
 * The cookie is the account, so that its piece of the table is known, and 24 random bytes. The
 * database holds a hash of it, of which the login's id is a part: who names an id by a cookie has
 * proved that it is his. Pure functions but for the random bytes; any thread.
 */
#define BROWSER_LOGIN_NAME "duan_session"

/* A new one for that account; *cookie is the value to set. All of it in the arena. */
struct user_find_login_req browser_login_new(struct ctx *c, int64_t user_id, struct str *cookie);

/* False: the request brings none, or one that we never made. */
bool browser_login_read(struct ctx *c, const struct http_req *req, struct user_find_login_req *out);

/* What the request brings, of whatever worth; empty: nothing. */
struct str browser_login_value(const struct http_req *req);

/* Is it one, and was it in use within that time? */
bool browser_login_holds(const struct user_login *found, int64_t ttl_s);

/* The header Set-Cookie. Without a value it takes the cookie away. */
const char *browser_login_header(struct ctx *c, struct str value, int64_t ttl_s, bool secure);

#endif
