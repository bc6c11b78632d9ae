/* Scratch databases on a MariaDB server, for tests that run on one: made once, emptied for each
 * test. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SCRATCH_SERVER_H
#define SCRATCH_SERVER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sql.h"
#include "test.h"

/*
 * DUAN_TEST_MARIADB names the server, mysql://USER:PASSWORD@HOST:PORT, where a database "duan"
 * exists and the user may do what he likes with those that are called duan_*.
 */
#define SCRATCH_ON "DUAN_TEST_ON_SERVER" /* set: the databases of this program are there */

static inline bool scratch_on_server(void)
{
    return getenv(SCRATCH_ON) != NULL;
}

/* ---- statements of an administrator, each by itself ---- */

struct scratch_order {
    const char *text;
    struct sql_rows rows;
};

static inline struct err *scratch_ask_work(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct scratch_order *order = arg;

    return sql_run(tx, c, &order->rows, NULL, order->text, (struct sql_args){0});
}

static inline struct err *scratch_do_work(struct sql_tx *tx, struct ctx *c, void *arg)
{
    struct scratch_order *order = arg;

    return sql_script(tx, c, order->text);
}

static inline void scratch_do(struct ctx *c, struct sql *db, const char *text)
{
    assert_ok(c, sql_write(db, c, scratch_do_work, &(struct scratch_order){.text = text}));
}

/* The first column of what it finds. */
static inline struct sql_rows scratch_ask(struct ctx *c, struct sql *db, const char *text)
{
    struct scratch_order order = {.text = text};

    assert_ok(c, sql_read(db, c, scratch_ask_work, &order));
    return order.rows;
}

/* ---- databases ---- */

/* For every name of them starts so. */
static inline const char *scratch_prefix(struct arena *a)
{
    return arena_printf(a, "duan_t%d", (int)getpid());
}

static inline struct str scratch_place(struct arena *a, const char *database)
{
    return arena_str(a, "%s/%s", getenv("DUAN_TEST_MARIADB"), database);
}

static inline struct sql *scratch_administrator(struct ctx *c)
{
    struct sql *db = NULL;

    assert_ok(c, sql_open(c, scratch_place(c->arena, "duan"), &sql_defaults, &db));
    return db;
}

static inline void scratch_drop_all(void)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct sql *db = scratch_administrator(&c);
    struct sql_rows names =
        scratch_ask(&c, db,
                    arena_printf(&arena,
                                 "SELECT schema_name FROM information_schema.schemata"
                                 " WHERE schema_name LIKE '%s%%'",
                                 scratch_prefix(&arena)));

    while (sql_next(&names))
        scratch_do(&c, db,
                   arena_printf(&arena, "DROP DATABASE " STR_FMT, STR_ARG(sql_str(&names, 0))));
    sql_close(db);
    arena_fini(&arena);
}

/* For main(), of programs whose tests can run on a server: false: they cannot now, and that was
 * said. With "mariadb" among the arguments they shall. */
static inline bool scratch_begin(int argc, char **argv)
{
    bool wanted = false;

    for (int i = 1; i < argc; i++)
        wanted |= !strcmp(argv[i], "mariadb");
    if (!wanted)
        return true;
    if (!getenv("DUAN_TEST_MARIADB")) {
        (void)puts("1..0 # SKIP DUAN_TEST_MARIADB names no server");
        return false;
    }
    return setenv(SCRATCH_ON, "1", 1) == 0 && atexit(scratch_drop_all) == 0;
}

/* Tables stay, rows go: a migration finds nothing to do in the next test. */
static inline void scratch_empty(struct ctx *c, struct sql *db)
{
    const char *text = "";
    struct sql_rows tables =
        scratch_ask(c, db,
                    "SELECT table_name FROM information_schema.tables WHERE table_schema ="
                    " database() AND table_name NOT LIKE 'schema%'");

    while (sql_next(&tables))
        text = arena_printf(c->arena, "%sDELETE FROM " STR_FMT ";", text,
                            STR_ARG(sql_str(&tables, 0)));
    scratch_do(c, db, text);
}

/* A database of that name, without rows; `keep_tables`: or without tables. */
static inline struct str scratch_server_place(struct ctx *c, const char *name, bool keep_tables)
{
    const char *database = arena_printf(c->arena, "%s_%s", scratch_prefix(c->arena), name);
    struct sql *db = scratch_administrator(c);

    if (!keep_tables)
        scratch_do(c, db, arena_printf(c->arena, "DROP DATABASE IF EXISTS %s", database));
    scratch_do(c, db, arena_printf(c->arena, "CREATE DATABASE IF NOT EXISTS %s", database));
    sql_close(db);
    return scratch_place(c->arena, database);
}

#endif
