/* Opening databases by name, and their tables. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "databases.h"

#include "bus.h"
#include "changes.h"
#include "comment.h"
#include "config.h"
#include "favorite.h"
#include "message.h"
#include "relation.h"
#include "sequence.h"
#include "user.h"
#include "video.h"

/* What a service keeps, besides what all of them do. */
static const struct migration_list *const tables[ROLE_SERVICES] = {
    [ROLE_USER] = &user_migrations,         [ROLE_VIDEO] = &video_migrations,
    [ROLE_FAVORITE] = &favorite_migrations, [ROLE_COMMENT] = &comment_migrations,
    [ROLE_RELATION] = &relation_migrations, [ROLE_MESSAGE] = &message_migrations,
};

static struct err *bring_up(struct sql *db, struct ctx *c, enum role role)
{
    struct migration_list all[4] = {sequence_migrations, *tables[role]};
    size_t count = 2;

    all[count++] = changes_migrations;
    if (role == ROLE_VIDEO)
        all[count++] = bus_migrations;
    return migrate(db, c, all, count);
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
    TRY(sql_open(c, place_of(c, url.len ? url : default_place(c, f), role), &options,
                 &all->of[role]));
    return bring_up(all->of[role], c, role);
}

struct err *databases_open(struct databases *all, struct ctx *c, const struct config *f,
                           struct roles roles)
{
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (roles_have(roles, role))
            TRY(open_one(all, c, f, role));
    return NULL;
}

void databases_close(struct databases *all)
{
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        sql_close(all->of[role]);
    *all = (struct databases){0};
}
