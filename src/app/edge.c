/* From settings to the gateway's options and the server's. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "edge.h"

#include "config.h"
#include "gateway.h"
#include "live.h"
#include "machine.h"
#include "pool.h"
#include "secret.h"

enum { HASH_THREADS = 2, HASH_QUEUE = 64, WORKER_QUEUE = 256, REQUEST_QUEUE = 1024 };

static struct str in_data(struct duan *d, struct ctx *c, const char *name)
{
    return arena_str(c->arena, STR_FMT "/%s", STR_ARG(config_str(d->config, "data")), name);
}

/* Several gateways must take each other's tokens: none of them makes a key of its own. */
static struct err *find_secret(struct duan *d, struct ctx *c, struct str *out)
{
    *out = config_str(d->config, "auth.token_secret");
    if (out->len)
        return NULL;
    if (!d->roles.embedded)
        return err_new(c, ERR_INVALID,
                       "auth.token_secret must be set, the same for all gateways of a cluster");
    return secret_load(c, in_data(d, c, "token.key"), out);
}

struct err *edge_create_gateway(struct duan *d, struct ctx *c)
{
    const struct config *f = d->config;
    struct gateway_options options = {
        .public_url = config_str(f, "http.public_url"),
        .web_dir = config_str(f, "web.dir"),
        .token_ttl_s = config_duration_ms(f, "auth.token_ttl") / 1000,
        .undo_ms = config_duration_ms(f, "account.undo"),
        .export_lifetime_ms = config_duration_ms(f, "account.export_lifetime"),
        .export_pause_ms = config_duration_ms(f, "account.export_pause"),
        .zone_offset_min = config_int(f, "time.zone_offset"),
        .bcrypt_cost = (int)config_int(f, "auth.bcrypt_cost"),
        .near_bytes = d->roles.embedded ? (size_t)config_bytes(f, "cache.bytes") : 0,
        .upload_max_bytes = config_bytes(f, "upload.max_bytes"),
        .limits = live_limits(f),
        .media = {.worker = d->worker,
                  .inspect_ms = (int)config_duration_ms(f, "media.inspect_timeout"),
                  .copy_max_bytes = config_bytes(f, "media.copy_max"),
                  .disk_reserve = config_bytes(f, "media.disk_reserve"),
                  .lifetime_ms = config_duration_ms(f, "upload.lifetime")},
        .events = {.ping_ms = config_duration_ms(f, "events.ping"),
                   .interval_ms = config_duration_ms(f, "events.interval"),
                   .age_ms = config_duration_ms(f, "events.age"),
                   .streams = (size_t)config_int(f, "events.streams"),
                   .per_account = (size_t)config_int(f, "events.per_account")},
    };
    const struct gateway_deps deps = {d->services, d->changes, d->blob, d->metrics, d->log};

    TRY(find_secret(d, c, &options.token_secret));
    TRY(gateway_create(c, &options, &deps, &d->gateway));
    return gateway_recover(d->gateway, c);
}

static void choose_executors(struct duan *d, struct executor *out[HTTP_WHERES])
{
    bool alone = d->roles.embedded;

    out[HTTP_INLINE] = alone ? NULL : pool_executor(d->requests);
    out[HTTP_WRITER] = alone ? sql_writer(d->storage.db) : pool_executor(d->requests);
    out[HTTP_WORKER] = pool_executor(d->workers);
    out[HTTP_HASH] = pool_executor(d->hashers);
}

struct err *edge_open(struct duan *d, struct ctx *c)
{
    const struct config *f = d->config;
    struct http_options options = {
        .listen = config_str(f, "http.listen"),
        .threads = machine_threads(config_int(f, "http.threads")),
        .connections_per_address = (size_t)config_int(f, "http.connections_per_address"),
        .uploads_max = (size_t)config_int(f, "upload.parallel"),
        .upload_max_bytes = config_bytes(f, "upload.max_bytes"),
        .spool_dir = in_data(d, c, "spool"),
        .header_timeout_ms = config_duration_ms(f, "http.header_timeout"),
        .idle_timeout_ms = config_duration_ms(f, "http.idle_timeout"),
        .request_timeout_ms = config_duration_ms(f, "http.request_timeout"),
        .body_window_ms = config_duration_ms(f, "http.body_window"),
        .body_min_rate = config_bytes(f, "http.body_min_rate"),
        .reply_window_ms = config_duration_ms(f, "http.reply_window"),
        .reply_min_rate = config_bytes(f, "http.reply_min_rate"),
        .trusted_proxies = config_str(f, "http.trusted_proxies"),
        .proxy_header = (enum proxies_header)config_choice(f, "http.proxy_header"),
    };

    d->workers = pool_create("worker", (size_t)config_int(f, "http.workers"), WORKER_QUEUE);
    d->hashers = pool_create("hash", HASH_THREADS, HASH_QUEUE);
    if (!d->roles.embedded)
        d->requests =
            pool_create("request", (size_t)config_int(f, "http.request_threads"), REQUEST_QUEUE);
    choose_executors(d, options.executors);
    TRY(machine_connections(c, f, d->log, &options.connections_max));
    return http_server_open(c, &options, gateway_app(d->gateway), &d->http);
}

bool edge_drain(struct duan *d)
{
    gateway_drain(d->gateway);
    bool whole = http_server_drain(d->http, config_duration_ms(d->config, "http.drain_timeout"));

    gateway_stop(d->gateway);
    return whole;
}

void edge_close(struct duan *d)
{
    http_server_close(d->http);
    pool_destroy(d->workers);
    pool_destroy(d->hashers);
    pool_destroy(d->requests);
    d->http = NULL;
}
