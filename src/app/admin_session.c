/* Opening a data folder for an operator; what failures end the program with. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin_session.h"

#include <inttypes.h>
#include <unistd.h>

#include "blob.h"
#include "commands.h"
#include "integrity.h"
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
                   "there is no database in " STR_FMT ": is --data the right folder?",
                   STR_ARG(data));
}

static struct err *open_database(struct admin_session *s, struct ctx *c)
{
    TRY(storage_open_database(&s->storage, c, s->admin.data, &sql_defaults));
    s->admin.db = s->storage.db;
    return NULL;
}

static struct err *check_known(struct ctx *c, const struct migration_steps *steps)
{
    for (size_t i = 0; i < steps->count; i++) {
        const struct migration_step *step = &steps->at[i];

        if (!step->known)
            return err_new(c, ERR_PRECONDITION,
                           "the database has step %" PRId64 " of " STR_FMT
                           ", which this program does not know: use the program it belongs to",
                           step->number, STR_ARG(step->owner));
    }
    return NULL;
}

static struct err *check_steps(struct admin_session *s, struct ctx *c)
{
    struct migration_steps steps = {0};

    TRY(storage_steps(&s->storage, c, &steps));
    TRY(check_known(c, &steps));
    for (size_t i = 0; i < steps.count; i++)
        if (!steps.at[i].applied_at)
            return err_new(c, ERR_PRECONDITION,
                           "the database is older than this program: run `duan admin migrate`");
    return NULL;
}

static struct err *check_database(struct storage *s, struct ctx *c)
{
    struct migration_steps steps = {0};

    TRY(integrity_quick(s->db, c));
    TRY(storage_steps(s, c, &steps));
    return check_known(c, &steps);
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
    TRY(blob_open_dir(c, arena_str(c->arena, STR_FMT "/media", STR_ARG(s->admin.data)),
                      &s->storage.blob));
    TRY(storage_open_rest(&s->storage, c, &no_limits));
    s->admin.blob = s->storage.blob;
    s->admin.bus = s->storage.bus;
    s->admin.users = s->storage.services.user;
    s->admin.videos = s->storage.services.video;
    return NULL;
}

struct err *admin_session_open(void *session, struct ctx *c)
{
    TRY(open_database(session, c));
    return open_services(session, c);
}

static struct err *open_and_run(struct admin_session *s, struct ctx *c, const struct options *o,
                                enum admin_session_depth depth, admin_session_run *run)
{
    if (depth >= ADMIN_FOLDER)
        TRY(check_folder(s, c));
    if (depth >= ADMIN_DATABASE)
        TRY(open_database(s, c));
    if (depth >= ADMIN_SERVICES)
        TRY(open_services(s, c));
    return run(s, c, o);
}

int admin_session_do(struct ctx *c, const struct options *o, enum admin_session_depth depth,
                     admin_session_run *run)
{
    struct admin_session s = {.admin = {.out = stdout}};
    int status = options_settings(c, o, &s.config);

    if (status)
        return status;
    s.admin.data = config_str(s.config, "data");
    struct err *e = open_and_run(&s, c, o, depth, run);

    storage_close(&s.storage);
    if (e)
        (void)fprintf(stderr, "duan: %s\n", err_text(c, e));
    config_destroy(s.config);
    return e ? status_of(e) : s.status;
}
