/* The table of who tells whom, and couriers for each row of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "facts.h"

#include "changes.h"
#include "changes_api_stub.h"
#include "comment_api.h"
#include "courier.h"
#include "favorite_api.h"
#include "inbox.h"
#include "lock.h"
#include "relation_api.h"
#include "report_api.h"
#include "user_api.h"
#include "video_api.h"

enum {
    ADDED = CHANGE_BIT(CHANGE_INSERT),
    REMOVED = CHANGE_BIT(CHANGE_DELETE),
    BOTH = ADDED | REMOVED,
    LATER = CHANGE_BIT(CHANGE_UPDATE) | REMOVED,
};

/* Embedded, followers run in the writer's transaction; these are the same, between databases. */
static const struct telling {
    enum role from, to;
    const struct codec_type *type;
    unsigned ops;
} tellings[] = {
    {ROLE_FAVORITE, ROLE_VIDEO, &favorite_mark_type, BOTH},
    {ROLE_FAVORITE, ROLE_USER, &favorite_mark_type, BOTH},
    {ROLE_RELATION, ROLE_USER, &relation_edge_type, BOTH},
    {ROLE_USER, ROLE_RELATION, &report_item_type, ADDED},
    {ROLE_USER, ROLE_VIDEO, &user_task_type, ADDED},
    {ROLE_COMMENT, ROLE_VIDEO, &comment_item_type, BOTH},
    {ROLE_COMMENT, ROLE_COMMENT, &comment_purge_type, ADDED},
    {ROLE_VIDEO, ROLE_USER, &video_item_type, BOTH},
    {ROLE_VIDEO, ROLE_USER, &video_missed_type, ADDED},
    {ROLE_VIDEO, ROLE_COMMENT, &video_item_type, REMOVED},
    {ROLE_VIDEO, ROLE_COMMENT, &video_missed_type, ADDED},
    {ROLE_FAVORITE, ROLE_MESSAGE, &favorite_mark_type, BOTH},
    {ROLE_RELATION, ROLE_MESSAGE, &relation_edge_type, BOTH},
    {ROLE_COMMENT, ROLE_MESSAGE, &comment_item_type, BOTH},
    {ROLE_VIDEO, ROLE_MESSAGE, &video_item_type, LATER},
};

/* ---- the door: one Changes service for all that are here ---- */

static struct err *apply(struct changes_api *door, struct ctx *c,
                         const struct changes_apply_req *req, struct changes_apply_resp *resp)
{
    struct facts *all = (struct facts *)((char *)door - offsetof(struct facts, door));

    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (all->inbox[role] && str_eq(req->destination, str_of(role_names[role])))
            return changes_apply(all->inbox[role], c, req, resp);
    return err_new(c, ERR_PRECONDITION, "the service " STR_FMT " is not here",
                   STR_ARG(req->destination));
}

static const struct changes_api_ops door_ops = {.apply = apply};

/* ---- making ---- */

void facts_create(struct facts *all, struct roles roles)
{
    all->door.ops = &door_ops;
    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (roles_have(roles, role))
            all->of[role] = changes_create();
}

static struct changes_api *inbox_of(struct facts *all, struct cluster *k, enum role role)
{
    if (all->inbox[role])
        return all->inbox[role];
    if (!all->stub[role])
        all->stub[role] = changes_stub_create(cluster_way(k, role));
    return all->stub[role];
}

/* Of the instances of a service, whose couriers to one destination take turns. */
static struct lock *make_lock(const struct telling *t, struct cluster *k)
{
    struct arena arena = {0};
    struct lock *lock = cluster_lock(
        k, arena_printf(&arena, "sweep-%s-%s", role_names[t->from], role_names[t->to]));

    arena_fini(&arena);
    return lock;
}

static struct courier *hire(struct facts *all, const struct telling *t, struct sql *db,
                            struct changes_api *to, struct cluster *k, struct log *log)
{
    struct courier_options options = courier_defaults;
    size_t place = all->courier_count++;

    options.source = role_names[t->from];
    options.destination = role_names[t->to];
    options.db = db;
    options.to = to;
    options.log = log;
    options.sweeping = all->sweeping[place] = make_lock(t, k);
    return all->couriers[place] = courier_create(&options);
}

void facts_connect(struct facts *all, const struct databases *databases, struct cluster *k,
                   struct log *log)
{
    struct courier *between[ROLE_SERVICES][ROLE_SERVICES] = {0};

    for (enum role role = 0; role < ROLE_SERVICES; role++)
        if (all->of[role])
            all->inbox[role] = inbox_create(databases->of[role], all->of[role]);
    for (size_t i = 0; i < COUNT(tellings); i++) {
        const struct telling *t = &tellings[i];
        struct courier **courier = &between[t->from][t->to];

        if (!all->of[t->from])
            continue;
        if (!*courier)
            *courier = hire(all, t, databases->of[t->from], inbox_of(all, k, t->to), k, log);
        changes_forward(all->of[t->from], t->type, t->ops, *courier);
    }
}

struct err *facts_start(struct facts *all, struct ctx *c)
{
    for (size_t i = 0; i < all->courier_count; i++)
        TRY(courier_start(all->couriers[i], c));
    return NULL;
}

/* ---- ending ---- */

void facts_stop(struct facts *all)
{
    for (size_t i = 0; i < all->courier_count; i++) {
        courier_destroy(all->couriers[i]);
        lock_destroy(all->sweeping[i]);
    }
    all->courier_count = 0;
}

void facts_destroy(struct facts *all)
{
    facts_stop(all);
    for (enum role role = 0; role < ROLE_SERVICES; role++) {
        changes_stub_destroy(all->stub[role]);
        inbox_destroy(all->inbox[role]);
        changes_destroy(all->of[role]);
    }
    *all = (struct facts){0};
}
