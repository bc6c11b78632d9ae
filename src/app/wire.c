/* Who talks to whom: reading this page is reading the architecture. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "bus.h"
#include "config.h"
#include "duan.h"
#include "edge.h"
#include "folder_lock.h"
#include "gateway.h"
#include "machine.h"
#include "metrics.h"
#include "transcoder.h"
#include "video.h"

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
    const struct transcoder_deps deps = {.bus = d->storage.bus,
                                         .blob = d->blob,
                                         .videos = d->services.video,
                                         .metrics = d->metrics,
                                         .log = d->log};

    d->transcoder = transcoder_create(&options, &deps);
    return transcoder_start(d->transcoder, c);
}

/* ---- alone: everything in this process, on one database ---- */

/* Only the holder of the folder may take up what a crash left. */
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

    options.batch_max = (size_t)config_int(f, "sql.batch");
    TRY(storage_open_database(&d->storage, c, data, &options));
    TRY(storage_migrate(&d->storage, c));
    TRY(storage_open_rest(&d->storage, c, data, &quota));
    d->services = d->storage.services;
    d->changes = d->storage.changes;
    d->blob = d->storage.blob;
    return bus_recover(d->storage.bus, c);
}

/* Other processes: duan admin writes to the same database. */
static void on_foreign_write(void *self)
{
    struct duan *d = self;

    gateway_forget(d->gateway);
    bus_wake(d->storage.bus);
}

static struct err *start_alone(struct duan *d, struct ctx *c)
{
    TRY(open_storage(d, c));
    TRY(edge_create_gateway(d, c));
    sql_on_batch(d->storage.db, gateway_batch_committed, d->gateway);
    sql_on_foreign_write(d->storage.db, on_foreign_write, d);
    TRY(edge_open(d, c));
    duan_measure(d);
    return start_transcoder(d, c); /* last: it writes, and all who watch are there */
}

/* ---- start and end ---- */

static struct err *take_folder(struct duan *d, struct ctx *c)
{
    struct str data = config_str(d->config, "data");

    TRY(machine_data_folder(c, data));
    TRY(folder_lock_take(c, data, &d->lock));
    if (folder_lock_was_left(d->lock))
        machine_tell_kill(c, d->log, arena_str(c->arena, STR_FMT "/duan.db-wal", STR_ARG(data)));
    return NULL;
}

static struct err *start(struct duan *d, struct ctx *c)
{
    TRY(roles_parse(c, config_str(d->config, "roles"), &d->roles));
    TRY(machine_worker(c, config_str(d->config, "media.worker"), &d->worker));
    TRY(take_folder(d, c));
    return start_alone(d, c);
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
    bool whole = edge_drain(d);

    edge_close(d);
    storage_stop(&d->storage);
    transcoder_destroy(d->transcoder);
    gateway_destroy(d->gateway);
    storage_close(&d->storage);
    metrics_destroy(d->metrics);
    folder_lock_release(d->lock);
    free(d->worker);
    return whole;
}
