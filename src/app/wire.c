/* Who talks to whom: reading this page is reading the architecture. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "blob.h"
#include "bus.h"
#include "config.h"
#include "duan.h"
#include "folder_lock.h"
#include "gateway.h"
#include "live.h"
#include "machine.h"
#include "metrics.h"
#include "pool.h"
#include "secret.h"
#include "transcoder.h"
#include "video.h"

enum { HASH_THREADS = 2, HASH_QUEUE = 64, WORKER_QUEUE = 256 };

static struct str in_data(struct duan *d, struct ctx *c, const char *name)
{
    return arena_str(c->arena, STR_FMT "/%s", STR_ARG(config_str(d->config, "data")), name);
}

/* ---- what lasts: only the holder of the folder may take up what a crash left ---- */

static struct err *open_storage(struct duan *d, struct ctx *c)
{
    struct sql_options options = sql_defaults;
    const struct config *f = d->config;
    struct str data = config_str(f, "data");
    const struct video_quota quota = {
        .bytes = config_bytes(f, "upload.account_bytes"),
        .videos = config_int(f, "upload.account_videos"),
        .pending = config_int(f, "upload.account_pending"),
    };

    TRY(machine_data_folder(c, data));
    TRY(folder_lock_take(c, data, &d->lock));
    if (folder_lock_was_left(d->lock))
        machine_tell_kill(c, d->log, in_data(d, c, "duan.db-wal"));
    options.batch_max = (size_t)config_int(f, "sql.batch");
    TRY(storage_open_database(&d->storage, c, data, &options));
    TRY(storage_migrate(&d->storage, c));
    TRY(storage_open_rest(&d->storage, c, data, &quota));
    return bus_recover(d->storage.bus, c);
}

/* ---- media: the sandboxed worker, for uploads and for the transcoder ---- */

static struct err *start_transcoder(struct duan *d, struct ctx *c)
{
    const struct config *f = d->config;
    struct transcoder_options options = {
        .worker = d->worker,
        .parallel = (size_t)config_int(f, "media.encodes"),
        .attempts = config_int(f, "media.attempts"),
        .disk_reserve = config_bytes(f, "media.disk_reserve"),
        .limits = {.wall_ms = (int)config_duration_ms(f, "media.encode_timeout"),
                   .cpu_seconds = (int)(config_duration_ms(f, "media.encode_timeout") / 500),
                   .memory_mb = (int)config_int(f, "media.memory_mb"),
                   .file_mb = (int)(config_bytes(f, "media.file_max") >> 20),
                   .threads = (int)config_int(f, "media.threads")},
    };
    const struct transcoder_deps deps = {d->storage.bus, d->storage.blob, d->storage.services.video,
                                         d->metrics, d->log};

    d->transcoder = transcoder_create(&options, &deps);
    return transcoder_start(d->transcoder, c);
}

/* ---- other processes: duan admin writes to the same database ---- */

static void on_foreign_write(void *self)
{
    struct duan *d = self;

    gateway_forget(d->gateway);
    bus_wake(d->storage.bus);
}

/* ---- the edge: the gateway and the server in front of it ---- */

static struct err *create_gateway(struct duan *d, struct ctx *c)
{
    const struct config *f = d->config;
    struct gateway_options options = {
        .public_url = config_str(f, "http.public_url"),
        .token_secret = config_str(f, "auth.token_secret"),
        .token_ttl_s = config_duration_ms(f, "auth.token_ttl") / 1000,
        .zone_offset_min = config_int(f, "time.zone_offset"),
        .bcrypt_cost = (int)config_int(f, "auth.bcrypt_cost"),
        .near_bytes = (size_t)config_bytes(f, "cache.bytes"),
        .limits = live_limits(f),
        .media = {.worker = d->worker,
                  .inspect_ms = (int)config_duration_ms(f, "media.inspect_timeout"),
                  .copy_max_bytes = config_bytes(f, "media.copy_max"),
                  .disk_reserve = config_bytes(f, "media.disk_reserve")},
    };
    const struct gateway_deps deps = {d->storage.services, d->storage.changes, d->storage.blob,
                                      d->metrics, d->log};

    if (!options.token_secret.len)
        TRY(secret_load(c, in_data(d, c, "token.key"), &options.token_secret));
    TRY(gateway_create(c, &options, &deps, &d->gateway));
    sql_on_batch(d->storage.db, gateway_batch_committed, d->gateway);
    sql_on_foreign_write(d->storage.db, on_foreign_write, d);
    return gateway_recover(d->gateway, c);
}

/* Which executor a route's handler runs on: embedded, short writes are jobs of the one writer. */
static struct err *open_http(struct duan *d, struct ctx *c)
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
        .executors = {[HTTP_INLINE] = NULL,
                      [HTTP_WRITER] = sql_writer(d->storage.db),
                      [HTTP_WORKER] = pool_executor(d->workers),
                      [HTTP_HASH] = pool_executor(d->hashers)},
    };

    TRY(machine_connections(c, f, d->log, &options.connections_max));
    return http_server_open(c, &options, gateway_app(d->gateway), &d->http);
}

static struct err *start(struct duan *d, struct ctx *c)
{
    TRY(machine_worker(c, config_str(d->config, "media.worker"), &d->worker));
    TRY(open_storage(d, c));
    TRY(create_gateway(d, c));
    d->workers = pool_create("worker", (size_t)config_int(d->config, "http.workers"), WORKER_QUEUE);
    d->hashers = pool_create("hash", HASH_THREADS, HASH_QUEUE);
    TRY(open_http(d, c));
    duan_measure(d);
    return start_transcoder(d, c); /* last: it writes, and all who watch are there */
}

struct err *duan_start(struct duan *d, struct ctx *c, struct config *config, struct log *log)
{
    *d = (struct duan){.config = config, .log = log, .metrics = metrics_create()};
    struct err *e = start(d, c);

    if (e)
        (void)duan_stop(d);
    return e;
}

/* Against the order of making; who borrows ends before what is borrowed. */
bool duan_stop(struct duan *d)
{
    bool whole = http_server_drain(d->http, config_duration_ms(d->config, "http.drain_timeout"));

    gateway_stop(d->gateway);
    http_server_close(d->http);
    pool_destroy(d->workers);
    pool_destroy(d->hashers);
    storage_stop(&d->storage);
    transcoder_destroy(d->transcoder);
    gateway_destroy(d->gateway);
    storage_close(&d->storage);
    metrics_destroy(d->metrics);
    folder_lock_release(d->lock);
    free(d->worker);
    return whole;
}
