/* libarchive, loaded when an archive is made or read: nobody else pays for it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ARCHIVE_LIBRARY_H
#define ARCHIVE_LIBRARY_H

#include <archive.h>
#include <archive_entry.h>

#include "err.h"

/* Those of its functions that are used. With what it stands on, the library is 2 MiB of memory in a
 * process that never makes an archive; so it is not linked. */
#define ARCHIVE_LIBRARY_FUNCTIONS(X)           \
    X(archive_entry_filetype)                  \
    X(archive_entry_free)                      \
    X(archive_entry_hardlink)                  \
    X(archive_entry_mtime)                     \
    X(archive_entry_mtime_nsec)                \
    X(archive_entry_new)                       \
    X(archive_entry_pathname)                  \
    X(archive_entry_set_filetype)              \
    X(archive_entry_set_mtime)                 \
    X(archive_entry_set_pathname)              \
    X(archive_entry_set_perm)                  \
    X(archive_entry_set_size)                  \
    X(archive_entry_size)                      \
    X(archive_entry_size_is_set)               \
    X(archive_entry_sparse_count)              \
    X(archive_entry_symlink)                   \
    X(archive_errno)                           \
    X(archive_error_string)                    \
    X(archive_read_data)                       \
    X(archive_read_free)                       \
    X(archive_read_new)                        \
    X(archive_read_next_header)                \
    X(archive_read_open_fd)                    \
    X(archive_read_support_format_tar)         \
    X(archive_write_close)                     \
    X(archive_write_data)                      \
    X(archive_write_fail)                      \
    X(archive_write_free)                      \
    X(archive_write_header)                    \
    X(archive_write_new)                       \
    X(archive_write_open_fd)                   \
    X(archive_write_set_format_pax_restricted) \
    X(archive_write_set_format_zip)

/* Belongs to whoever opened it. Zeroed is closed. */
struct archive_library {
    void *handle;
#define ARCHIVE_LIBRARY_MEMBER(name) __typeof__(name) *(name);
    ARCHIVE_LIBRARY_FUNCTIONS(ARCHIVE_LIBRARY_MEMBER)
#undef ARCHIVE_LIBRARY_MEMBER
};

/* ERR_UNAVAILABLE: it is not installed, or another version. */
MUST_USE struct err *archive_library_open(struct archive_library *lib, struct ctx *c);
void archive_library_close(struct archive_library *lib); /* a closed one too */

#endif
