/* What the commands of an operator share. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "admin.h"

#include "interrupts.h"

const char *const admin_db_names[ADMIN_DBS] = {
    [ADMIN_DB_USER] = "user",         [ADMIN_DB_VIDEO] = "video",
    [ADMIN_DB_FAVORITE] = "favorite", [ADMIN_DB_COMMENT] = "comment",
    [ADMIN_DB_RELATION] = "relation", [ADMIN_DB_MESSAGE] = "message",
};

static struct err *one_piece(struct ctx *piece, admin_piece *next, void *arg, bool *more)
{
    TRY(interrupts_check(piece));
    return next(arg, piece, more);
}

struct err *admin_pieces(struct ctx *c, admin_piece *next, void *arg)
{
    struct arena arena = {0};
    struct ctx piece = {.arena = &arena};
    struct err *e = NULL;

    for (bool more = true; more && !e; arena_reset(&arena)) {
        const struct err *failed = one_piece(&piece, next, arg, &more);

        if (failed) /* it has to outlive its piece */
            e = err_new(c, failed->code, "%s", err_text(&piece, failed));
    }
    arena_fini(&arena);
    return e;
}
