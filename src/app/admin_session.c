/* Opening what an operator works on; what failures end the program with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin_session.h"

#include <unistd.h>

#include "admin_steps.h"
#include "commands.h"
#include "integrity.h"
#include "objects.h"
#include "video.h"

static int status_of(const struct err *e)
{
    static const struct {
        enum err_code code;
        int status;
    } statuses[] = {
        {ERR_INVALID, EXIT_BAD_INPUT},    {ERR_DATA_LOSS, EXIT_BAD_INPUT},
        {ERR_NOT_FOUND, EXIT_NOT_THERE},  {ERR_EXISTS, EXIT_EXISTS},
        {ERR_FORBIDDEN, EXIT_FORBIDDEN},  {ERR_UNAVAILABLE, EXIT_NOT_STARTED},
        {ERR_EXHAUSTED, EXIT_NO_ROOM},    {ERR_TIMEOUT, EXIT_NOT_NOW},
        {ERR_CANCELLED, EXIT_NOT_NOW},    {ERR_ABORTED, EXIT_NOT_NOW},
        {ERR_PRECONDITION, EXIT_NOT_NOW},
    };

    for (size_t i = 0; i < COUNT(statuses); i++)
        if (statuses[i].code == e->code)
            return statuses[i].status;
    return EXIT_OUR_FAULT;
}

/* A command that looks for data never makes any. */
static struct err *check_folder(struct admin_session *s, struct ctx *c)
{
    struct str data = s->admin.data;

    if (access(arena_printf(c->arena, STR_FMT "/duan.db", STR_ARG(data)), F_OK) == 0)
        return NULL;
    return err_new(c, ERR_NOT_FOUND,
                   "there is no database in " STR_FMT ": is --data the right folder? (A cluster is "
                   "named by its settings: --config FILE)",
                   STR_ARG(data));
}

static struct err *open_database(struct admin_session *s, struct ctx *c)
{
    TRY(storage_open_database(&s->storage, c, s->admin.data, &sql_defaults));
    for (enum admin_db db = 0; db < ADMIN_DBS; db++)
        s->admin.db[db] = s->storage.db;
    return NULL;
}

static struct err *check_steps(struct admin_session *s, struct ctx *c)
{
    struct migration_steps steps = {0};

    TRY(storage_steps(&s->storage, c, &steps));
    return admin_steps_check(c, &steps);
}

static struct err *check_database(struct storage *s, struct ctx *c)
{
    struct migration_steps steps = {0};

    TRY(integrity_quick(s->db, c));
    TRY(storage_steps(s, c, &steps));
    return admin_steps_known(c, &steps);
}

struct err *admin_session_check(struct ctx *c, struct str folder)
{
    struct storage s = {0};
    struct err *e = storage_open_database(&s, c, folder, &sql_defaults);

    if (!e)
        e = check_database(&s, c);
    storage_close(&s);
    return e;
}

static struct err *open_services(struct admin_session *s, struct ctx *c)
{
    static const struct video_quota no_limits;

    TRY(check_steps(s, c));
    TRY(objects_open(c, s->config, false, &s->storage.blob));
    TRY(storage_open_rest(&s->storage, c, &no_limits));
    s->admin.blob = s->storage.blob;
    s->admin.bus = s->storage.bus;
    s->admin.users = s->storage.services.user;
    s->admin.videos = s->storage.services.video;
    s->admin.comments = s->storage.services.comment;
    s->admin.reports = s->storage.services.report;
    return NULL;
}

static struct err *open_cluster(struct admin_session *s, struct ctx *c)
{
    return admin_cluster_open(c, s->config, s->needs->parts, &s->admin, &s->cluster);
}

struct err *admin_session_open(void *session, struct ctx *c)
{
    struct admin_session *s = session;

    if (s->admin.is_cluster)
        return open_cluster(s, c);
    TRY(open_database(s, c));
    return open_services(s, c);
}

/* ---- settings that belong to the other form ---- */

static struct err *check_cluster(struct admin_session *s, struct ctx *c)
{
    const char *database = arena_printf(c->arena, STR_FMT "/duan.db", STR_ARG(s->admin.data));

    if (s->needs->instead)
        return err_new(c, ERR_INVALID,
                       "registry.etcd is set, so these are the settings of a cluster, and this "
                       "command works on a data folder: %s (docs/cluster.md)",
                       s->needs->instead);
    if (config_is_set(s->config, "data") && access(database, F_OK) == 0)
        return err_new(c, ERR_INVALID,
                       "%s is the database of a server that is all in one process, but "
                       "registry.etcd is set, as in a cluster: which of the two is meant?",
                       database);
    return NULL;
}

static struct err *check_alone(struct admin_session *s, struct ctx *c)
{
    if (!config_str(s->config, "sql.url").len)
        return NULL;
    return err_new(c, ERR_INVALID,
                   "sql.url is set, as in a cluster, but registry.etcd is not: take the settings "
                   "that all roles have");
}

/* ---- running a command ---- */

static struct err *open_folder(struct admin_session *s, struct ctx *c)
{
    enum admin_session_depth depth = s->needs->depth;

    TRY(check_alone(s, c));
    if (depth >= ADMIN_FOLDER)
        TRY(check_folder(s, c));
    if (depth >= ADMIN_DATABASE)
        TRY(open_database(s, c));
    return depth >= ADMIN_SERVICES ? open_services(s, c) : NULL;
}

static struct err *open_and_run(struct admin_session *s, struct ctx *c, const struct options *o,
                                admin_session_run *run)
{
    if (!s->admin.is_cluster)
        TRY(open_folder(s, c));
    else
        TRY(check_cluster(s, c));
    if (s->admin.is_cluster && !s->needs->opens_late)
        TRY(open_cluster(s, c));
    return run(s, c, o);
}

int admin_session_do(struct ctx *c, const struct options *o,
                     const struct admin_session_needs *needs, admin_session_run *run)
{
    struct admin_session s = {.admin = {.out = stdout}, .needs = needs};
    int status = options_settings(c, o, &s.config);

    if (status)
        return status;
    s.admin.data = config_str(s.config, "data");
    s.admin.is_cluster = config_str(s.config, "registry.etcd").len > 0;
    struct err *e = open_and_run(&s, c, o, run);

    storage_close(&s.storage);
    admin_cluster_close(s.cluster);
    if (e)
        (void)fprintf(stderr, "duan: %s\n", err_text(c, e));
    config_destroy(s.config);
    return e ? status_of(e) : s.status;
}
