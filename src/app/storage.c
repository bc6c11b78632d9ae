/* What lasts: one database file, one folder of objects, one queue of jobs; and who stands on it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "storage.h"

#include "blob.h"
#include "bus.h"
#include "changes.h"
#include "comment.h"
#include "favorite.h"
#include "message.h"
#include "notice.h"
#include "relation.h"
#include "report.h"
#include "search_index.h"
#include "sequence.h"
#include "user.h"
#include "video.h"

struct err *storage_open_database(struct storage *s, struct ctx *c, struct str data,
                                  const struct sql_options *options)
{
    struct str path = arena_str(c->arena, STR_FMT "/duan.db", STR_ARG(data));

    return sql_open(c, path, options, &s->db);
}

/* Every table of this program, in the order in which they are made. */
static struct migration_lists tables(struct ctx *c)
{
    const struct migration_list all[] = {
        sequence_migrations, bus_migrations,     user_migrations,     video_migrations,
        favorite_migrations, comment_migrations, relation_migrations, message_migrations,
        report_migrations,   search_migrations,  notice_migrations,
    };
    struct migration_list *copy = arena_array(c->arena, struct migration_list, COUNT(all));

    memcpy(copy, all, sizeof(all));
    return (struct migration_lists){copy, COUNT(all)};
}

struct err *storage_migrate(struct storage *s, struct ctx *c)
{
    struct migration_lists all = tables(c);

    return migrate(s->db, c, all.at, all.count);
}

struct err *storage_steps(struct storage *s, struct ctx *c, struct migration_steps *out)
{
    return migrate_look(s->db, c, tables(c), out);
}

/* The services: each with its own tables; they meet through APIs and facts. */
static void create_services(struct storage *s, const struct video_quota *quota)
{
    struct services *all = &s->services;

    s->changes = changes_create();
    all->user = user_create(s->db, s->changes);
    all->report = report_create(s->db, s->changes);
    all->video = video_create(s->db, s->changes, s->bus, quota);
    all->favorite = favorite_create(s->db, s->changes, all->video, all->user);
    all->relation = relation_create(s->db, s->changes, all->user);
    all->comment = comment_create(s->db, s->changes, all->video, all->user, all->relation);
    all->message = message_create(s->db, s->changes, all->user, all->relation);
    all->notice = notice_create(s->db, s->changes);
}

struct err *storage_open_rest(struct storage *s, struct ctx *c, const struct video_quota *quota)
{
    TRY(bus_open(c, s->db, &s->bus));
    create_services(s, quota);
    return NULL;
}

/* The database's threads wake the bus as long as they are there. */
void storage_stop(struct storage *s)
{
    bus_stop(s->bus);
    sql_close(s->db);
    bus_close(s->bus);
    s->bus = NULL;
    s->db = NULL;
}

/* Against the order of making; who borrows ends before what is borrowed. */
void storage_close(struct storage *s)
{
    storage_stop(s);
    notice_destroy(s->services.notice);
    message_destroy(s->services.message);
    comment_destroy(s->services.comment);
    relation_destroy(s->services.relation);
    favorite_destroy(s->services.favorite);
    video_destroy(s->services.video);
    report_destroy(s->services.report);
    user_destroy(s->services.user);
    changes_destroy(s->changes);
    blob_close(s->blob);
    *s = (struct storage){0};
}
