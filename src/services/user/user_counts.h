/* The counts of a profile, kept from what others do. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef USER_COUNTS_H
#define USER_COUNTS_H

struct changes;

/* Follows likes, follows and videos, and moves counts in the same transaction. At start-up. */
void user_counts_follow(struct changes *changes);

#endif
