/* A scratch database: quick, because nothing of it outlives the test. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCRATCH_DB_H
#define SCRATCH_DB_H

#include "fixture.h"
#include "scratch.h"
#include "scratch_server.h"

/* Opens the one at `place`: a file is made if it is not there. Close it with sql_close(). */
static inline struct sql *scratch_db(struct ctx *c, struct str place)
{
    struct sql_options options = sql_defaults;
    struct sql *db = NULL;

    options.durable = false;
    assert_ok(c, sql_open(c, place, &options, &db));
    return db;
}

/* A place for a new database of that name: a file, or on the server if this program is to. */
static inline struct str scratch_new_place(struct ctx *c, const char *name)
{
    return scratch_on_server() ? scratch_server_place(c, name, false)
                               : arena_str(c->arena, "%s/%s.db", scratch_dir(c->arena).ptr, name);
}

/* What many tests of databases need, and nothing else. */
struct db_fixture {
    struct arena arena;
    struct ctx ctx;
    struct str path; /* the place of the database */
    struct sql *db;
};

static inline int db_fixture_setup(void **state)
{
    struct db_fixture *f = fixture_new(state, sizeof(*f));

    f->ctx.arena = &f->arena;
    f->path = scratch_new_place(&f->ctx, "test");
    f->db = scratch_db(&f->ctx, f->path);
    return 0;
}

static inline int db_fixture_teardown(void **state)
{
    struct db_fixture *f = *state;

    sql_close(f->db);
    return fixture_end(state);
}

#endif
