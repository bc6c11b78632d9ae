/* Who talks to whom: reading this page is reading the architecture. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "blob.h"
#include "bus.h"
#include "comment.h"
#include "comment_api_stub.h"
#include "config.h"
#include "duan.h"
#include "edge.h"
#include "eraser.h"
#include "exporter.h"
#include "favorite.h"
#include "favorite_api_stub.h"
#include "filler.h"
#include "folder_lock.h"
#include "gateway.h"
#include "job_api_stub.h"
#include "job_service.h"
#include "machine.h"
#include "message.h"
#include "message_api_stub.h"
#include "metrics.h"
#include "notice.h"
#include "notice_api_stub.h"
#include "objects.h"
#include "ops.h"
#include "relation.h"
#include "relation_api_stub.h"
#include "report.h"
#include "report_api_stub.h"
#include "sweeper.h"
#include "transcoder.h"
#include "user.h"
#include "user_api_stub.h"
#include "video.h"
#include "video_api_stub.h"

/* ---- media: the sandboxed worker, for uploads and for the transcoder ---- */

static struct err *start_transcoder(struct duan *d, struct ctx *c)
{
    const struct config *f = d->config;
    struct transcoder_options options = {
        .worker = d->worker,
        .parallel = (size_t)config_int(f, "media.encodes"),
        .attempts = config_int(f, "media.attempts"),
        .disk_reserve = config_bytes(f, "media.disk_reserve"),
        .lease_ms = config_duration_ms(f, "media.lease"),
        .limits = {.wall_ms = (int)config_duration_ms(f, "media.encode_timeout"),
                   .cpu_seconds = (int)(config_duration_ms(f, "media.encode_timeout") / 500),
                   .memory_mb = (int)config_int(f, "media.memory_mb"),
                   .file_mb = (int)(config_bytes(f, "media.file_max") >> 20),
                   .threads = (int)config_int(f, "media.threads")},
    };
    const struct transcoder_deps deps = {
        .bus = d->roles.embedded ? d->bus : NULL,
        .jobs = d->jobs,
        .blob = d->blob,
        .videos = d->services.video,
        .metrics = d->metrics,
        .log = d->log,
    };

    d->transcoder = transcoder_create(&options, &deps);
    return transcoder_start(d->transcoder, c);
}

/* Backups copy the files of a data folder; those of a cluster are in a store. */
static struct err *start_sweeper(struct duan *d, struct ctx *c)
{
    bool alone = d->roles.embedded;
    const struct sweeper_deps deps = {
        .bus = alone ? d->bus : NULL,
        .jobs = d->jobs,
        .blob = d->blob,
        .videos = d->services.video,
        .log = d->log,
        .data = alone ? config_str(d->config, "data") : (struct str){0},
    };

    return sweeper_start(c, &deps, config_duration_ms(d->config, "media.lease"), &d->sweeper);
}

static struct account_deps account_deps(struct duan *d)
{
    const struct services *s = &d->services;

    return (struct account_deps){
        .bus = d->roles.embedded ? d->bus : NULL,
        .jobs = d->jobs,
        .blob = d->blob,
        .log = d->log,
        .users = s->user,
        .reports = s->report,
        .videos = s->video,
        .favorites = s->favorite,
        .comments = s->comment,
        .relations = s->relation,
        .messages = s->message,
        .notices = s->notice,
    };
}

static struct err *start_account_jobs(struct duan *d, struct ctx *c)
{
    const struct account_deps deps = account_deps(d);
    int64_t lease_ms = config_duration_ms(d->config, "media.lease");

    TRY(eraser_start(c, &deps, lease_ms, &d->eraser));
    return exporter_start(c, &deps, lease_ms, &d->exporter);
}

/* They work on files, and on jobs. */
static struct err *start_jobs(struct duan *d, struct ctx *c)
{
    TRY(start_transcoder(d, c));
    TRY(start_sweeper(d, c));
    return start_account_jobs(d, c);
}

static struct video_quota quota_of(const struct config *f)
{
    return (struct video_quota){
        .bytes = config_bytes(f, "upload.account_bytes"),
        .videos = config_int(f, "upload.account_videos"),
        .pending = config_int(f, "upload.account_pending"),
    };
}

/* ---- alone: everything in this process, on one database ---- */

/* Only the holder of the folder may take up what a crash left. */
static struct err *open_storage(struct duan *d, struct ctx *c)
{
    struct sql_options options = sql_defaults;
    const struct config *f = d->config;
    struct str data = config_str(f, "data");
    const struct video_quota quota = quota_of(f);

    options.batch_max = (size_t)config_int(f, "sql.batch");
    TRY(storage_open_database(&d->storage, c, data, &options));
    TRY(storage_migrate(&d->storage, c));
    TRY(objects_open(c, f, true, &d->storage.blob));
    TRY(storage_open_rest(&d->storage, c, &quota));
    d->services = d->storage.services;
    d->changes = d->storage.changes;
    d->blob = d->storage.blob;
    d->bus = d->storage.bus;
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
    d->filler = filler_start(d->storage.db, d->storage.db, d->log);
    return start_jobs(d, c); /* last: it writes, and all who watch are there */
}

/* ---- a member of a cluster: its roles are here, the rest is found through the registry ---- */

static struct err *open_objects(struct duan *d, struct ctx *c)
{
    bool sends = roles_have(d->roles, ROLE_GATEWAY);

    if (!sends && !roles_have(d->roles, ROLE_TRANSCODER))
        return NULL;
    return objects_open(c, d->config, sends, &d->blob);
}

static struct err *open_member(struct duan *d, struct ctx *c)
{
    const struct cluster_options options = {d->config, d->log, d->metrics, d->roles};

    TRY(cluster_open(c, &options, &d->cluster));
    TRY(databases_open(&d->databases, c, d->config, d->roles));
    facts_create(&d->facts, d->roles);
    TRY(open_objects(d, c));
    return roles_have(d->roles, ROLE_VIDEO) ? bus_open(c, d->databases.of[ROLE_VIDEO], &d->bus)
                                            : NULL;
}

/* One line for each service: the object in this process, or a stub that calls another. */
static void make_services(struct duan *d)
{
    struct services *s = &d->services;
    struct sql **db = d->databases.of;
    struct changes **facts = d->facts.of;
    struct cluster *k = d->cluster;
    const struct video_quota quota = quota_of(d->config);

#define HERE(role) (roles_have(d->roles, (role)))
    s->user = HERE(ROLE_USER) ? user_create(db[ROLE_USER], facts[ROLE_USER])
                              : user_stub_create(cluster_way(k, ROLE_USER));
    s->report = HERE(ROLE_USER) ? report_create(db[ROLE_USER], facts[ROLE_USER])
                                : report_stub_create(cluster_way(k, ROLE_USER));
    s->video = HERE(ROLE_VIDEO) ? video_create(db[ROLE_VIDEO], facts[ROLE_VIDEO], d->bus, &quota)
                                : video_stub_create(cluster_way(k, ROLE_VIDEO));
    s->favorite = HERE(ROLE_FAVORITE)
                      ? favorite_create(db[ROLE_FAVORITE], facts[ROLE_FAVORITE], s->video, s->user)
                      : favorite_stub_create(cluster_way(k, ROLE_FAVORITE));
    s->relation = HERE(ROLE_RELATION)
                      ? relation_create(db[ROLE_RELATION], facts[ROLE_RELATION], s->user)
                      : relation_stub_create(cluster_way(k, ROLE_RELATION));
    s->comment = HERE(ROLE_COMMENT) ? comment_create(db[ROLE_COMMENT], facts[ROLE_COMMENT],
                                                     s->video, s->user, s->relation)
                                    : comment_stub_create(cluster_way(k, ROLE_COMMENT));
    s->message = HERE(ROLE_MESSAGE)
                     ? message_create(db[ROLE_MESSAGE], facts[ROLE_MESSAGE], s->user, s->relation)
                     : message_stub_create(cluster_way(k, ROLE_MESSAGE));
    s->notice = HERE(ROLE_MESSAGE) ? notice_create(db[ROLE_MESSAGE], facts[ROLE_MESSAGE])
                                   : notice_stub_create(cluster_way(k, ROLE_MESSAGE));
    d->jobs =
        HERE(ROLE_VIDEO) ? job_service_create(d->bus) : job_stub_create(cluster_way(k, ROLE_VIDEO));
#undef HERE
}

static void offer_services(struct duan *d)
{
    const struct services *s = &d->services;
    const struct {
        enum role role;
        const struct api_service *service;
        void *api;
    } all[] = {
        {ROLE_USER, &user_service, s->user},
        {ROLE_USER, &report_service, s->report},
        {ROLE_VIDEO, &video_service, s->video},
        {ROLE_VIDEO, &job_service, d->jobs},
        {ROLE_FAVORITE, &favorite_service, s->favorite},
        {ROLE_COMMENT, &comment_service, s->comment},
        {ROLE_RELATION, &relation_service, s->relation},
        {ROLE_MESSAGE, &message_service, s->message},
        {ROLE_MESSAGE, &notice_service, s->notice},
    };

    for (size_t i = 0; i < COUNT(all); i++)
        if (roles_have(d->roles, all[i].role))
            cluster_offer(d->cluster, all[i].service, all[i].api);
    if (roles_serve(d->roles))
        cluster_offer(d->cluster, &changes_service, &d->facts.door);
}

static bool member_ready(void *self)
{
    return cluster_ready(((struct duan *)self)->cluster);
}

static struct err *open_ops(struct duan *d, struct ctx *c)
{
    const struct ops_options options = {config_str(d->config, "ops.listen"), d->metrics,
                                        member_ready, d};

    return options.listen.len ? ops_open(c, &options, &d->ops) : NULL;
}

/* What it asks about uploads that were cut off, others answer. */
static struct err *open_gateway(struct duan *d, struct ctx *c)
{
    cluster_await(d->cluster);
    TRY(edge_create_gateway(d, c));
    return edge_open(d, c);
}

static struct err *start_member(struct duan *d, struct ctx *c)
{
    TRY(open_member(d, c));
    make_services(d);
    facts_connect(&d->facts, &d->databases, d->cluster, d->log);
    offer_services(d);
    TRY(facts_start(&d->facts, c));
    TRY(cluster_join(d->cluster, c));
    if (roles_have(d->roles, ROLE_GATEWAY))
        TRY(open_gateway(d, c));
    duan_measure(d);
    d->filler = filler_start(d->databases.of[ROLE_USER], d->databases.of[ROLE_VIDEO], d->log);
    if (roles_have(d->roles, ROLE_TRANSCODER))
        TRY(start_jobs(d, c));
    return open_ops(d, c);
}

static void forget_services(struct duan *d)
{
    struct services *s = &d->services;

    if (roles_have(d->roles, ROLE_VIDEO))
        job_service_destroy(d->jobs);
    else
        job_stub_destroy(d->jobs);
#define END(x, role) (roles_have(d->roles, (role)) ? x##_destroy(s->x) : x##_stub_destroy(s->x))
    END(notice, ROLE_MESSAGE);
    END(message, ROLE_MESSAGE);
    END(comment, ROLE_COMMENT);
    END(relation, ROLE_RELATION);
    END(favorite, ROLE_FAVORITE);
    END(video, ROLE_VIDEO);
    END(report, ROLE_USER);
    END(user, ROLE_USER);
#undef END
}

/* What calls services ends first, then what serves them, then what they stand on. */
static void stop_member(struct duan *d)
{
    filler_stop(d->filler);
    transcoder_stop(d->transcoder);
    sweeper_stop(d->sweeper);
    eraser_stop(d->eraser);
    exporter_stop(d->exporter);
    cluster_stop_serving(d->cluster);
    facts_stop(&d->facts);
    bus_close(d->bus);
    transcoder_destroy(d->transcoder);
    sweeper_destroy(d->sweeper);
    eraser_destroy(d->eraser);
    exporter_destroy(d->exporter);
    gateway_destroy(d->gateway);
    if (d->cluster)
        forget_services(d);
    facts_destroy(&d->facts);
    databases_close(&d->databases);
    cluster_close(d->cluster);
    blob_close(d->blob);
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
    return d->roles.embedded ? start_alone(d, c) : start_member(d, c);
}

struct err *duan_start(struct duan *d, struct ctx *c, struct config *config, struct log *log)
{
    *d = (struct duan){.config = config, .log = log, .metrics = metrics_create()};
    struct err *e = start(d, c);

    if (e)
        (void)duan_stop(d);
    return e;
}

static void stop_alone(struct duan *d)
{
    filler_stop(d->filler);
    storage_stop(&d->storage);
    transcoder_destroy(d->transcoder);
    sweeper_destroy(d->sweeper);
    eraser_destroy(d->eraser);
    exporter_destroy(d->exporter);
    gateway_destroy(d->gateway);
    storage_close(&d->storage);
}

/* Against the order of making; who borrows ends before what is borrowed. */
bool duan_stop(struct duan *d)
{
    bool whole = edge_drain(d);

    whole = cluster_leave(d->cluster) && whole;
    edge_close(d);
    ops_close(d->ops);
    if (d->roles.embedded)
        stop_alone(d);
    else
        stop_member(d);
    metrics_destroy(d->metrics);
    folder_lock_release(d->lock);
    free(d->worker);
    return whole;
}

struct str duan_address(struct duan *d, struct ctx *c)
{
    if (d->http)
        return http_server_address(d->http, c);
    return d->cluster ? cluster_address(d->cluster, c) : (struct str){0};
}
