/* Settings that take effect while the server runs. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIVE_H
#define LIVE_H

#include "rate_limits.h"
#include "settings.h"

struct duan;

struct rate_limits_options live_limits(const struct config *f);

/*
 * Reads all sources again. What differs from *latest and may change while running is applied, what
 * may not is told; both are logged, and *latest becomes what was read. Bad settings change nothing.
 * The main thread's.
 */
void live_reload(struct duan *d, const struct settings_args *args, struct config **latest);

#endif
