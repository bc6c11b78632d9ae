/* Gathering: what happens alike until it is read is one notice. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef NOTICE_GROUPS_H
#define NOTICE_GROUPS_H

struct changes;

/* From here on notices follow what happens. */
void notice_groups_follow(struct changes *changes);

#endif
