/* Opening a cluster for an operator: it is asked as one of its own processes would. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin_cluster.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "admin_steps.h"
#include "blob.h"
#include "bus.h"
#include "changes.h"
#include "clock.h"
#include "cluster.h"
#include "comment_api_stub.h"
#include "config.h"
#include "log.h"
#include "metrics.h"
#include "objects.h"
#include "report_api_stub.h"
#include "rpc_peers.h"
#include "user_api_stub.h"
#include "video.h"
#include "video_api_stub.h"

enum { REGISTRY_MS = 5000, PAUSE_MS = 10 };

struct admin_cluster {
    const struct config *config; /* borrowed */
    struct log *log;
    struct metrics *metrics;
    struct cluster *ways; /* NULL: no service is called */
    struct databases databases;
    struct bus *bus;
    struct user_api *users;
    struct video_api *videos; /* elsewhere; NULL: not called */
    struct comment_api *comments;
    struct report_api *reports;
    struct changes *changes;
    struct video_api *reader; /* in this process: whatever it changed would be told nobody */
    struct blob *blob;
    struct str scratch; /* folder that the blob store wants on this machine; "": none */
    char scratch_path[64];
};

/* ---- databases ---- */

static const enum role roles_of[ADMIN_DBS] = {
    [ADMIN_DB_USER] = ROLE_USER,         [ADMIN_DB_VIDEO] = ROLE_VIDEO,
    [ADMIN_DB_FAVORITE] = ROLE_FAVORITE, [ADMIN_DB_COMMENT] = ROLE_COMMENT,
    [ADMIN_DB_RELATION] = ROLE_RELATION, [ADMIN_DB_MESSAGE] = ROLE_MESSAGE,
};

static struct roles databases_wanted(unsigned parts)
{
    struct roles wanted = {0};

    if (parts & ADMIN_USER_ROWS)
        wanted.set |= 1u << ROLE_USER;
    if (parts & ADMIN_VIDEO_ROWS)
        wanted.set |= 1u << ROLE_VIDEO;
    if (parts & ADMIN_ALL_ROWS)
        wanted.set |= (1u << ROLE_SERVICES) - 1;
    return wanted;
}

static struct err *check_steps(struct admin_cluster *k, struct ctx *c, enum role role)
{
    struct migration_steps steps = {0};

    TRY(databases_steps(&k->databases, c, role, &steps));
    struct err *e = admin_steps_check(c, &steps);

    return e ? err_wrap(c, e, "the database of %s", role_names[role]) : NULL;
}

static struct err *open_databases(struct admin_cluster *k, struct ctx *c, unsigned parts,
                                  struct admin *admin)
{
    struct roles wanted = databases_wanted(parts);

    if (!wanted.set)
        return NULL;
    if (!config_str(k->config, "sql.url").len)
        return err_new(c, ERR_INVALID,
                       "sql.url is not set: databases that are files of their services can only be "
                       "looked at there");
    TRY(databases_connect(&k->databases, c, k->config, wanted));
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (k->databases.of[role] && !(parts & ADMIN_ANY_STEP))
            TRY(check_steps(k, c, role));
    for (enum admin_db db = 0; db < ADMIN_DBS; db++)
        admin->db[db] = k->databases.of[roles_of[db]];
    return NULL;
}

static struct err *open_bus(struct admin_cluster *k, struct ctx *c, struct admin *admin)
{
    if (!admin->db[ADMIN_DB_VIDEO])
        return NULL;
    TRY(bus_open(c, admin->db[ADMIN_DB_VIDEO], &k->bus));
    admin->bus = k->bus;
    return NULL;
}

static void open_reader(struct admin_cluster *k, struct admin *admin)
{
    static const struct video_quota no_limits;

    k->changes = changes_create();
    k->reader = video_create(admin->db[ADMIN_DB_VIDEO], k->changes, k->bus, &no_limits);
    admin->videos = k->reader;
}

/* ---- services ---- */

/* For a command that is over in a moment it is enough to look now and then. */
static struct err *wait_for_registry(struct admin_cluster *k, struct ctx *c)
{
    int64_t until = clock_monotonic_ns() + (int64_t)REGISTRY_MS * CLOCK_NS_PER_MS;

    while (!cluster_ready(k->ways)) {
        if (clock_monotonic_ns() > until)
            return err_new(c, ERR_UNAVAILABLE, "etcd does not answer at " STR_FMT,
                           STR_ARG(config_str(k->config, "registry.etcd")));
        (void)nanosleep(&(struct timespec){.tv_nsec = (long)(PAUSE_MS * CLOCK_NS_PER_MS)}, NULL);
    }
    return NULL;
}

static struct err *open_ways(struct admin_cluster *k, struct ctx *c)
{
    const struct cluster_options options = {k->config, k->log, k->metrics, {0}};

    TRY(cluster_open(c, &options, &k->ways));
    return wait_for_registry(k, c);
}

static struct err *check_there(struct admin_cluster *k, struct ctx *c, enum role role)
{
    if (rpc_peers_stats(cluster_peers(k->ways, role)).instances)
        return NULL;
    return err_new(c, ERR_UNAVAILABLE, "%s is down: etcd at " STR_FMT " knows no instance of it",
                   role_names[role], STR_ARG(config_str(k->config, "registry.etcd")));
}

static const struct {
    unsigned part;
    enum role role;
} callable[] = {
    {ADMIN_CALLS_USER, ROLE_USER},
    {ADMIN_CALLS_VIDEO, ROLE_VIDEO},
    {ADMIN_CALLS_COMMENT, ROLE_COMMENT},
};

static struct err *open_services(struct admin_cluster *k, struct ctx *c, unsigned parts,
                                 struct admin *admin)
{
    if (!(parts & (ADMIN_CALLS_USER | ADMIN_CALLS_VIDEO | ADMIN_CALLS_COMMENT)))
        return NULL;
    TRY(open_ways(k, c));
    for (size_t i = 0; i < COUNT(callable); i++)
        if (parts & callable[i].part)
            TRY(check_there(k, c, callable[i].role));
    admin->users = k->users = user_stub_create(cluster_way(k->ways, ROLE_USER));
    admin->reports = k->reports = report_stub_create(cluster_way(k->ways, ROLE_USER));
    admin->videos = k->videos = video_stub_create(cluster_way(k->ways, ROLE_VIDEO));
    admin->comments = k->comments = comment_stub_create(cluster_way(k->ways, ROLE_COMMENT));
    return NULL;
}

/* ---- objects ---- */

static struct err *open_objects(struct admin_cluster *k, struct ctx *c, struct admin *admin)
{
    const char *base = getenv("TMPDIR");

    if (!config_str(k->config, "blob.s3.endpoint").len)
        return err_new(c, ERR_INVALID,
                       "blob.s3.endpoint is not set: objects that are files of a gateway can only "
                       "be removed there");
    (void)snprintf(k->scratch_path, sizeof(k->scratch_path), "%s/duan-admin-XXXXXX",
                   base && strlen(base) < 40 ? base : "/tmp");
    if (!mkdtemp(k->scratch_path))
        return err_errno(c, errno, "make %s: %s", k->scratch_path, strerror(errno));
    k->scratch = str_of(k->scratch_path);
    TRY(objects_open_in(c, k->config, k->scratch, false, &k->blob));
    admin->blob = k->blob;
    return NULL;
}

/* ---- all of it ---- */

static struct err *open_parts(struct admin_cluster *k, struct ctx *c, unsigned parts,
                              struct admin *admin)
{
    TRY(open_databases(k, c, parts, admin));
    TRY(open_bus(k, c, admin));
    if (parts & ADMIN_READS_VIDEO)
        open_reader(k, admin);
    TRY(open_services(k, c, parts, admin));
    return parts & ADMIN_OBJECTS ? open_objects(k, c, admin) : NULL;
}

struct err *admin_cluster_open(struct ctx *c, const struct config *f, unsigned parts,
                               struct admin *admin, struct admin_cluster **out)
{
    struct admin_cluster *k = calloc(1, sizeof(*k));

    if (!k)
        abort();
    (void)signal(SIGPIPE, SIG_IGN); /* a peer that goes away is told otherwise */
    k->config = f;
    k->log = log_open(&(struct log_options){.fd = STDERR_FILENO, .level = LOG_LEVEL_ERROR});
    k->metrics = metrics_create();
    struct err *e = open_parts(k, c, parts, admin);

    if (e)
        admin_cluster_close(k);
    else
        *out = k;
    return e;
}

struct databases *admin_cluster_databases(struct admin_cluster *k)
{
    return &k->databases;
}

void admin_cluster_close(struct admin_cluster *k)
{
    if (!k)
        return;
    video_destroy(k->reader);
    changes_destroy(k->changes);
    bus_close(k->bus);
    user_stub_destroy(k->users);
    report_stub_destroy(k->reports);
    video_stub_destroy(k->videos);
    comment_stub_destroy(k->comments);
    cluster_close(k->ways);
    databases_close(&k->databases);
    blob_close(k->blob);
    if (k->scratch.len)
        blob_scratch_remove(k->scratch);
    metrics_destroy(k->metrics);
    log_close(k->log);
    free(k);
}
