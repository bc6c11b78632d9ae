/* Is a stored file whole, as far as its own form tells? */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef STORED_FILE_H
#define STORED_FILE_H

#include "err.h"

/*
 * What is wrong with the file open at `fd`, by the form that the end of its name promises: "is
 * empty", "breaks off"; NULL: nothing that can be seen. Reads a few bytes of it.
 */
const char *stored_file_fault(int fd, int64_t size, struct str name);

/*
 * The next file that a playlist names, or an empty one behind the last; *rest moves on. Names that
 * lead out of the playlist's folder are passed over: no playlist of ours has one.
 */
struct str stored_file_next(struct str *rest);

#endif
