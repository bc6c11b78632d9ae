/* Use, saturation and errors of every pool and queue, read when somebody scrapes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob.h"
#include "bus.h"
#include "config.h"
#include "duan.h"
#include "log.h"
#include "measure_member.h"
#include "metrics.h"
#include "pool.h"
#include "process_metrics.h"
#include "sql.h"

#define COUNTER(s, name, help, value) metrics_sample_counter((s), (name), (help), (double)(value))
#define GAUGE(s, name, help, value) metrics_sample_gauge((s), (name), (help), (double)(value))

static void sample_sql(struct duan *d, struct metrics_scrape *s)
{
    struct sql_stats q = sql_stats(d->storage.db);

    COUNTER(s, "duan_sql_commits_total", "Group commits.", q.commits);
    COUNTER(s, "duan_sql_jobs_total", "Writes, committed or not.", q.jobs);
    COUNTER(s, "duan_sql_failed_jobs_total", "Writes that were undone.", q.failed_jobs);
    COUNTER(s, "duan_sql_refused_total", "Writes refused by a full queue.", q.refused);
    metrics_sample_counter(s, "duan_sql_commit_seconds_total", "Time spent in commits.",
                           (double)q.commit_ns / 1e9);
    COUNTER(s, "duan_sql_checkpoints_total", "Checkpoints of the write-ahead log.", q.checkpoints);
    COUNTER(s, "duan_sql_reads_total", "Snapshots that were read.", q.reads);
    GAUGE(s, "duan_sql_queue", "Writes that wait.", q.queued);
    GAUGE(s, "duan_sql_log_pages", "Pages in the write-ahead log.", q.log_pages);
    GAUGE(s, "duan_sql_readers_open", "Reading connections that are open.", q.readers_open);
    GAUGE(s, "duan_sql_readers_busy", "Those that are in use.", q.readers_busy);
}

static void sample_http(struct duan *d, struct metrics_scrape *s)
{
    struct http_stats h = http_server_stats(d->http);

    GAUGE(s, "duan_http_connections", "Open connections.", h.connections);
    GAUGE(s, "duan_http_requests_under_way", "Requests not yet answered.", h.requests);
    GAUGE(s, "duan_http_uploads_under_way", "Uploads being received.", h.uploads);
    COUNTER(s, "duan_http_refused_busy_total", "Requests refused by a full queue.", h.refused_busy);
    COUNTER(s, "duan_http_refused_framing_total", "Malformed requests.", h.refused_framing);
    COUNTER(s, "duan_http_refused_connections_total", "Connections beyond their limits.",
            h.refused_connections);
    COUNTER(s, "duan_http_too_slow_total", "Connections cut off for being slow.", h.timed_out);
}

static void sample_pool(struct pool *pool, struct metrics_scrape *s)
{
    struct pool_stats p = pool_stats(pool);
    struct str name = str_of(p.name);

    metrics_sample_gauge(s, "duan_pool_threads", "Threads of a pool.", (double)p.threads,
                         metrics_label("pool", name));
    metrics_sample_gauge(s, "duan_pool_busy", "Threads at work.", (double)p.busy,
                         metrics_label("pool", name));
    metrics_sample_gauge(s, "duan_pool_queue", "Tasks that wait.", (double)p.queued,
                         metrics_label("pool", name));
    metrics_sample_counter(s, "duan_pool_refused_total", "Tasks refused by a full queue.",
                           (double)p.refused, metrics_label("pool", name));
}

static void sample_jobs(struct duan *d, struct metrics_scrape *s)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct bus_stats b;

    if (!bus_stats(d->bus, &c, STR("transcode"), &b)) {
        GAUGE(s, "duan_jobs_waiting", "Transcoding jobs that wait, up to 10000.", b.waiting);
        GAUGE(s, "duan_jobs_running", "Those that run.", b.running);
        GAUGE(s, "duan_jobs_dead", "Those that failed for good, up to 10000.", b.dead);
        metrics_sample_gauge(s, "duan_jobs_oldest_seconds", "Age of the one that is due first.",
                             (double)b.oldest_ms / 1e3);
    }
    arena_fini(&arena);
}

static void sample_store(struct duan *d, struct metrics_scrape *s)
{
    struct blob_stats b;

    if (!blob_stats(d->blob, &b))
        return;
    COUNTER(s, "duan_store_requests_total", "Requests to the object store.", b.requests);
    COUNTER(s, "duan_store_retries_total", "Times that one was made again.", b.retries);
    COUNTER(s, "duan_store_failures_total", "Those that it did not carry out.", b.failures);
    GAUGE(s, "duan_store_cache_bytes", "On disk, of objects that are being sent.", b.cache_bytes);
}

static void sample_disk(struct duan *d, struct metrics_scrape *s)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    int64_t room;

    if (!blob_free_bytes(d->blob, &c, &room))
        GAUGE(s, "duan_disk_free_bytes", "Free where videos are kept.", room);
    GAUGE(s, "duan_disk_reserve_bytes", "Below that uploads are refused (media.disk_reserve).",
          config_bytes(d->config, "media.disk_reserve"));
    arena_fini(&arena);
}

static void sample(void *self, struct metrics_scrape *s)
{
    struct duan *d = self;

    COUNTER(s, "duan_log_dropped_total", "Log lines lost to a reader that stopped.",
            log_dropped(d->log));
    if (d->http) {
        sample_http(d, s);
        sample_pool(d->workers, s);
        sample_pool(d->hashers, s);
        if (d->requests)
            sample_pool(d->requests, s);
    }
    if (d->blob) {
        sample_disk(d, s);
        sample_store(d, s);
    }
    if (d->bus)
        sample_jobs(d, s);
    if (d->roles.embedded)
        sample_sql(d, s);
    else
        measure_member(d, s);
}

void duan_measure(struct duan *d)
{
    process_metrics_add(d->metrics);
    metrics_collect(d->metrics, sample, d);
}
