/* What is unread, as the viewer may see it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNREAD_H
#define UNREAD_H

#include "look.h"

/*
 * Takes out of the count what a page of notices would not show, and messages of who is not there:
 * nobody could read it. While nobody can say what that is, all counts. A join, if anything is
 * unread.
 */
MUST_USE struct err *unread_leave_out(struct look *look, struct notice_count_unread_resp *counted);

#endif
