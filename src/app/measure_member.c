/* What a member of a cluster counts beside what every process does. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "measure_member.h"

#include "courier.h"
#include "duan.h"
#include "inbox.h"
#include "metrics.h"
#include "rpc_peers.h"
#include "rpc_server.h"

#define COUNTER(name, help, value) \
    metrics_sample_counter(s, (name), (help), (double)(value), metrics_label("service", service))
#define GAUGE(name, help, value) \
    metrics_sample_gauge(s, (name), (help), (double)(value), metrics_label("service", service))

static void sample_database(struct sql *db, struct metrics_scrape *s, struct str service)
{
    struct sql_stats q = sql_stats(db);

    COUNTER("duan_sql_commits_total", "Transactions that were committed.", q.commits);
    COUNTER("duan_sql_failed_jobs_total", "Writes that were undone.", q.failed_jobs);
    COUNTER("duan_sql_refused_total", "Writes refused because too many waited.", q.refused);
    COUNTER("duan_sql_reads_total", "Snapshots that were read.", q.reads);
    COUNTER("duan_sql_stale_reads_total", "Reads that the replica answered.", q.stale_reads);
    COUNTER("duan_sql_waits_total", "Calls that waited for a connection.", q.waits);
    COUNTER("duan_sql_wait_seconds_total", "Time spent waiting for one.", (double)q.wait_ns / 1e9);
    COUNTER("duan_sql_retries_total", "Transactions that ran again after a conflict.", q.retries);
    COUNTER("duan_sql_losses_total", "Connections that were lost.", q.losses);
    COUNTER("duan_sql_unknown_total", "Commits whose end nobody knows.", q.unknown);
    GAUGE("duan_sql_readers_open", "Reading connections that are open.", q.readers_open);
    GAUGE("duan_sql_readers_busy", "Those that are in use.", q.readers_busy);
    GAUGE("duan_sql_writers_open", "Writing connections that are open.", q.writers_open);
    GAUGE("duan_sql_writers_busy", "Those that are in use.", q.writers_busy);
}

static void sample_peers(struct rpc_peers *peers, struct metrics_scrape *s, struct str service)
{
    struct rpc_peers_stats p = rpc_peers_stats(peers);

    COUNTER("duan_rpc_client_calls_total", "Calls to a service.", p.calls);
    COUNTER("duan_rpc_client_failed_total", "Those that failed.", p.failed);
    COUNTER("duan_rpc_client_retries_total", "Calls that were sent again.", p.retries);
    COUNTER("duan_rpc_client_retries_refused_total", "Retries that the budget did not allow.",
            p.refused_retries);
    COUNTER("duan_rpc_client_ejections_total", "Instances that were left out for a while.",
            p.ejections);
    GAUGE("duan_rpc_client_instances", "Instances that are known.", p.instances);
    GAUGE("duan_rpc_client_ejected", "Those that are left out at present.", p.ejected);
    GAUGE("duan_rpc_client_in_flight", "Calls under way.", p.in_flight);
}

static void sample_server(struct rpc_server *server, struct metrics_scrape *s)
{
    struct rpc_server_stats r = rpc_server_stats(server);

    metrics_sample_counter(s, "duan_rpc_server_calls_total", "Calls that were served.",
                           (double)r.calls);
    metrics_sample_counter(s, "duan_rpc_server_failed_total", "Those that failed.",
                           (double)r.failed);
    metrics_sample_counter(s, "duan_rpc_server_refused_total", "Calls refused by a full queue.",
                           (double)r.refused);
    metrics_sample_counter(s, "duan_rpc_server_misused_total",
                           "Connections closed because their peer broke the rules.",
                           (double)r.misused);
    metrics_sample_gauge(s, "duan_rpc_server_connections", "Open connections.",
                         (double)r.connections);
    metrics_sample_gauge(s, "duan_rpc_server_running", "Calls under way.", (double)r.running);
    metrics_sample_gauge(s, "duan_rpc_server_queue", "Calls that wait for a thread.",
                         (double)r.queued);
}

static void sample_courier(struct courier *courier, struct metrics_scrape *s)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct courier_stats k;

    if (!courier_stats(courier, &c, &k)) {
        struct str service = str_of(k.destination);

        COUNTER("duan_facts_delivered_total", "Facts that a service has taken.", k.delivered);
        COUNTER("duan_facts_failed_total", "Deliveries that failed.", k.failed);
        COUNTER("duan_facts_refused_total", "Facts that it does not understand.", k.refused);
        GAUGE("duan_facts_waiting", "Facts that are still to be delivered, up to 10000.",
              k.waiting);
        GAUGE("duan_facts_oldest_seconds", "Age of the oldest of them.",
              (double)k.oldest_ms / 1000);
    }
    arena_fini(&arena);
}

static void sample_inbox(struct changes_api *inbox, struct metrics_scrape *s, struct str service)
{
    struct inbox_stats i = inbox_stats(inbox);

    COUNTER("duan_facts_applied_total", "Facts of other services that were applied.", i.applied);
    COUNTER("duan_facts_repeated_total", "Facts that came again and were passed over.", i.repeated);
}

static void sample_registry(struct duan *d, struct metrics_scrape *s)
{
    struct registry_stats r = cluster_registry_stats(d->cluster);

    metrics_sample_gauge(s, "duan_registry_ready", "1: etcd has answered all that was asked once.",
                         cluster_ready(d->cluster));
    metrics_sample_gauge(s, "duan_registry_connected", "1: etcd answered when it was asked last.",
                         r.connected);
    metrics_sample_gauge(s, "duan_registry_instances", "Instances of others that are known.",
                         (double)r.instances);
    metrics_sample_counter(s, "duan_registry_outages_total", "How often etcd went away.",
                           (double)r.outages);
    metrics_sample_counter(s, "duan_registry_leases_lost_total",
                           "How often this process was forgotten before it gave a sign of life.",
                           (double)r.leases_lost);
}

static void sample_role(struct duan *d, struct metrics_scrape *s, enum role role)
{
    struct str service = str_of(role_names[role]);
    struct rpc_peers *peers = cluster_peers(d->cluster, role);

    if (peers)
        sample_peers(peers, s, service);
    if (d->databases.of[role])
        sample_database(d->databases.of[role], s, service);
    if (d->facts.inbox[role])
        sample_inbox(d->facts.inbox[role], s, service);
}

void measure_member(struct duan *d, struct metrics_scrape *s)
{
    struct rpc_server *server = cluster_server(d->cluster);

    sample_registry(d, s);
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        sample_role(d, s, role);
    for (size_t i = 0; i < d->facts.courier_count; i++)
        sample_courier(d->facts.couriers[i], s);
    if (server)
        sample_server(server, s);
}
