/* Restoring: unpack beside, check, come to its place. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "restore.h"

#include <inttypes.h>

#include "archive_in.h"
#include "clock.h"
#include "folder_lock.h"
#include "interrupts.h"
#include "restore_place.h"
#include "text_table.h"

/* No server starts in it before all is done: the lock moves along with the folder. */
static struct err *fill(struct restore_place *place, struct ctx *c,
                        const struct restore_order *order, struct archive_note_first *note,
                        struct folder_lock **lock)
{
    TRY(folder_lock_take(c, place->made, lock));
    TRY(archive_in_unpack(c, order->file, place->folder, note));
    TRY(order->check(c, place->made));
    TRY(interrupts_check(c));
    return restore_place_finish(place, c);
}

struct err *restore_do(const struct admin *a, struct ctx *c, const struct restore_order *order)
{
    struct restore_place place;
    struct archive_note_first note = {0};
    struct folder_lock *lock = NULL;
    struct err *e = restore_place_open(c, a->data, &place);

    if (!e)
        e = fill(&place, c, order, &note, &lock);
    restore_place_close(&place);
    folder_lock_release(lock);
    if (!e)
        (void)fprintf(
            a->out,
            STR_FMT " holds the backup of " STR_FMT ": %" PRId64 " users, %" PRId64 " videos.\n",
            STR_ARG(a->data), STR_ARG(text_table_time(c->arena, note.created * CLOCK_MS_PER_S)),
            note.users, note.videos);
    return e;
}
