/* Times of the contract, normalised by their size. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "contract_time.h"

#include <time.h>

#include "clock.h"

static const int64_t SECONDS_BELOW = 100000000000; /* contract, section 1.5 */

struct err *contract_time_read(const struct http_req *req, struct ctx *c, struct str name,
                               int64_t *out)
{
    int64_t value;

    TRY(http_i64(req, c, name, 0, &value));
    if (value < 0)
        value = 0;
    *out = value < SECONDS_BELOW ? value * CLOCK_MS_PER_S : value;
    return NULL;
}

static struct tm local(int64_t ms, int64_t zone_offset_min)
{
    time_t seconds = ms / CLOCK_MS_PER_S + zone_offset_min * 60;
    struct tm parts = {0};

    (void)gmtime_r(&seconds, &parts);
    return parts;
}

struct str contract_time_date(struct ctx *c, int64_t ms, int64_t zone_offset_min)
{
    struct tm parts = local(ms, zone_offset_min);

    return arena_str(c->arena, "%02d-%02d", parts.tm_mon + 1, parts.tm_mday);
}

struct str contract_time_day(struct ctx *c, int64_t ms, int64_t zone_offset_min)
{
    enum { YEAR_OF_TM = 1900 };
    struct tm parts = local(ms, zone_offset_min);

    return arena_str(c->arena, "%d-%02d-%02d", parts.tm_year + YEAR_OF_TM, parts.tm_mon + 1,
                     parts.tm_mday);
}
