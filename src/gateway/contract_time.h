/* Times as the contract has them: seconds or milliseconds, and dates for people (section 1.5). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTRACT_TIME_H
#define CONTRACT_TIME_H

#include "http.h"

/*
 * A time parameter in milliseconds. Below 1e11 it was in seconds. 0: absent, zero or negative. It
 * may lie ahead of our clock: a phone's may, and ours may have been turned back (section 5.2).
 */
MUST_USE struct err *contract_time_read(const struct http_req *req, struct ctx *c, struct str name,
                                        int64_t *out);

/* "05-01": month and day, that many minutes east of Greenwich. */
struct str contract_time_date(struct ctx *c, int64_t ms, int64_t zone_offset_min);

/* "2026-05-01", the same. */
struct str contract_time_day(struct ctx *c, int64_t ms, int64_t zone_offset_min);

#endif
