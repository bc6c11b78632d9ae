/* One process at a time in a folder. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FOLDER_LOCK_H
#define FOLDER_LOCK_H

#include "err.h"

/*
 * flock(2) on DIR/lock, which holds the owner's process id for people to read. The kernel gives the
 * lock up when its owner dies, however that happens; the file stays. One owner uses it.
 */
struct folder_lock;

/* ERR_PRECONDITION: another process has it; the message names it. ERR_UNAVAILABLE: no such file
 * can be made. */
MUST_USE struct err *folder_lock_take(struct ctx *c, struct str dir, struct folder_lock **out);

/* Did whoever had it before end without giving it up: was he killed, or was the power cut? */
bool folder_lock_was_left(const struct folder_lock *lock);

void folder_lock_release(struct folder_lock *lock); /* NULL is fine */

/* Gives it up as it was found: what a killed owner left is still to be told. NULL is fine. */
void folder_lock_return(struct folder_lock *lock);

#endif
