/* Splitting and translating scripts: our own, so no `;` stands inside a text. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "mysql_script.h"

static const struct str ONLY_SQLITE = STR_INIT(" WITHOUT ROWID");

static const char *translated(struct ctx *c, struct str statement)
{
    if (!str_starts(statement, STR("CREATE TABLE")))
        return arena_copy(c->arena, statement).ptr;
    if (str_ends(statement, ONLY_SQLITE))
        statement.len -= ONLY_SQLITE.len;
    return arena_printf(c->arena, STR_FMT " CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
                        STR_ARG(statement));
}

struct err *mysql_script_run(struct mysql_conn *conn, struct ctx *c, const char *text)
{
    struct str rest = str_of(text);

    while (rest.len) {
        struct str statement = str_trim(str_cut(&rest, ';'));

        if (statement.len)
            TRY(mysql_conn_do(conn, c, translated(c, statement)));
    }
    return NULL;
}
