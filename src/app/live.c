/* SIGHUP: settings are read again, and applied where that is possible. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "live.h"

#include <stdlib.h>

#include "duan.h"
#include "gateway.h"
#include "log.h"

struct rate_limits_options live_limits(const struct config *f)
{
    return (struct rate_limits_options){
        .enabled = config_bool(f, "limits.enabled"),
        .requests_per_second = config_int(f, "limits.requests_per_second"),
        .requests_burst = config_int(f, "limits.requests_burst"),
    };
}

/* Everything whose row in the table of settings says `reload`. */
static void apply(struct duan *d, const struct config *f)
{
    const struct rate_limits_options limits = live_limits(f);

    log_set_level(d->log, (enum log_level)config_choice(f, "log.level"));
    if (!d->gateway)
        return;
    gateway_change_limits(d->gateway, &limits);
    gateway_set_upload_max(d->gateway, config_bytes(f, "upload.max_bytes"));
    http_server_set_upload_max(d->http, config_bytes(f, "upload.max_bytes"));
}

static void tell(struct duan *d, const struct config *before, const struct config *after)
{
    const struct config_setting *changed;
    size_t at = 0;

    while ((changed = config_changed(before, after, &at)) != NULL) {
        struct str name = str_of(changed->name);

        if (changed->reload)
            log_info(d->log, NULL, "setting changed", log_str("setting.name", name));
        else
            log_warn(d->log, NULL, "setting changes at the next start",
                     log_str("setting.name", name));
    }
}

void live_reload(struct duan *d, const struct settings_args *args, struct config **latest)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct config *fresh = NULL;
    struct err *e = settings_load(&c, args, &fresh);

    if (e) {
        log_error(d->log, NULL, "settings were not read again", log_err(e));
    } else {
        apply(d, fresh);
        tell(d, *latest, fresh);
        if (*latest != d->config)
            config_destroy(*latest);
        *latest = fresh;
    }
    arena_fini(&arena);
}
