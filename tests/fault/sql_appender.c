/* Appends rows to a database and prints the number of each one that is there for good. */
/* SPDX-License-Identifier: Apache-2.0 */
/* usage: sql_appender FILE durable|fast */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "sql.h"

static struct err *make_table(struct sql_tx *tx, struct ctx *c, void *arg)
{
    (void)arg;
    return sql_script(tx, c, "CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)");
}

static struct err *append(struct sql_tx *tx, struct ctx *c, void *arg)
{
    return sql_exec(tx, c, "INSERT INTO t (id) VALUES (?)", sql_int(*(int64_t *)arg));
}

static struct err *run(struct ctx *c, const char *path, bool durable)
{
    struct sql_options options = sql_defaults;
    struct sql *db;

    options.durable = durable;
    TRY(sql_open(c, str_of(path), &options, &db));
    TRY(sql_write(db, c, make_table, NULL));
    for (int64_t id = 1;; id++) { /* until it is killed */
        TRY(sql_write(db, c, append, &id));
        (void)printf("%" PRId64 "\n", id);
        (void)fflush(stdout);
    }
}

int main(int argc, char **argv)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    if (argc != 3)
        return 64;
    struct err *e = run(&c, argv[1], strcmp(argv[2], "durable") == 0);

    (void)fprintf(stderr, "%s\n", err_text(&c, e));
    return 1;
}
