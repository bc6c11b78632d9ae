/* Folders that are still there after a power cut. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FOLDER_H
#define FOLDER_H

/* Any thread may call these. 0, or -1 with errno set. */

/* A name in a folder (made, renamed, removed) is on the disk when the folder was synced. `at`: the
 * descriptor that `path` begins at, or AT_FDCWD. */
int folder_sync(int at, const char *path);
int folder_sync_parent(const char *path); /* the folder that `path` lies in */

/* Makes the folder for its owner alone, and syncs it into its parent; one that is there is fine. */
int folder_make(const char *path);

#endif
