/* Opening databases by name, and their tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "databases.h"

#include "bus.h"
#include "changes.h"
#include "comment.h"
#include "config.h"
#include "favorite.h"
#include "message.h"
#include "notice.h"
#include "relation.h"
#include "report.h"
#include "search_index.h"
#include "sequence.h"
#include "user.h"
#include "video.h"

enum { LISTS_MAX = 5 }; /* of one database */

/* What a service keeps, besides what all of them do. */
static const struct migration_list *const tables[ROLE_SERVICES] = {
    [ROLE_USER] = &user_migrations,         [ROLE_VIDEO] = &video_migrations,
    [ROLE_FAVORITE] = &favorite_migrations, [ROLE_COMMENT] = &comment_migrations,
    [ROLE_RELATION] = &relation_migrations, [ROLE_MESSAGE] = &message_migrations,
};

static struct migration_lists tables_of(struct ctx *c, enum role role)
{
    struct migration_list *all = arena_array(c->arena, struct migration_list, LISTS_MAX);
    size_t count = 0;

    all[count++] = sequence_migrations;
    all[count++] = *tables[role];
    all[count++] = changes_migrations;
    if (role == ROLE_VIDEO)
        all[count++] = bus_migrations;
    if (role == ROLE_USER)
        all[count++] = report_migrations;
    if (role == ROLE_MESSAGE)
        all[count++] = notice_migrations;
    if (role == ROLE_USER || role == ROLE_VIDEO)
        all[count++] = search_migrations;
    return (struct migration_lists){all, count};
}

static struct err *told(struct ctx *c, struct err *e, enum role role)
{
    return e ? err_wrap(c, e, "the database of %s", role_names[role]) : NULL;
}

struct err *databases_migrate(struct databases *all, struct ctx *c, enum role role)
{
    struct migration_lists lists = tables_of(c, role);

    return told(c, migrate(all->of[role], c, lists.at, lists.count), role);
}

struct err *databases_steps(struct databases *all, struct ctx *c, enum role role,
                            struct migration_steps *out)
{
    return told(c, migrate_look(all->of[role], c, tables_of(c, role), out), role);
}

/* "{service}" in the setting is the service's name. */
static struct str place_of(struct ctx *c, struct str pattern, enum role role)
{
    static const char mark[] = "{service}";
    const char *hit = pattern.len ? memmem(pattern.ptr, pattern.len, mark, sizeof(mark) - 1) : NULL;

    if (!hit)
        return pattern;
    return arena_str(c->arena, "%.*s%s" STR_FMT, (int)(hit - pattern.ptr), pattern.ptr,
                     role_names[role],
                     STR_ARG(str_from(pattern, (size_t)(hit - pattern.ptr) + sizeof(mark) - 1)));
}

static struct str default_place(struct ctx *c, const struct config *f)
{
    return arena_str(c->arena, STR_FMT "/{service}.db", STR_ARG(config_str(f, "data")));
}

static struct err *open_one(struct databases *all, struct ctx *c, const struct config *f,
                            enum role role)
{
    struct sql_options options = sql_defaults;
    struct str url = config_str(f, "sql.url");

    options.batch_max = (size_t)config_int(f, "sql.batch");
    options.readers_max = options.writers_max = (size_t)config_int(f, "sql.connections");
    options.replica = place_of(c, config_str(f, "sql.replica_url"), role);
    return sql_open(c, place_of(c, url.len ? url : default_place(c, f), role), &options,
                    &all->of[role]);
}

struct err *databases_connect(struct databases *all, struct ctx *c, const struct config *f,
                              struct roles roles)
{
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (roles_have(roles, role))
            TRY(told(c, open_one(all, c, f, role), role));
    return NULL;
}

struct err *databases_open(struct databases *all, struct ctx *c, const struct config *f,
                           struct roles roles)
{
    TRY(databases_connect(all, c, f, roles));
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (all->of[role])
            TRY(databases_migrate(all, c, role));
    return NULL;
}

void databases_close(struct databases *all)
{
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        sql_close(all->of[role]);
    *all = (struct databases){0};
}
