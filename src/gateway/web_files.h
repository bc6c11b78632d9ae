/* The web client's files: those inside the program, or a folder's while somebody works on them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WEB_FILES_H
#define WEB_FILES_H

#include "err.h"

enum { WEB_FILE_MAX = 16 << 20, WEB_NAME_MAX = 200 };

/* A file in one of its forms. Lives as long as the request. */
struct web_file {
    struct str bytes;
    const char *type;
    const char *etag;     /* quotes included; of this form */
    const char *encoding; /* NULL: as it is */
    bool varies;          /* there are other forms */
    bool immutable;       /* its name changes when it does */
};

/* `dir`: a folder that comes first; "": none. `accepts`: the value of Accept-Encoding. False: there
 * is no such file. Any thread. */
bool web_files_find(struct ctx *c, struct str dir, struct str name, struct str accepts,
                    struct web_file *out);

/* ERR_INVALID: no client lies in that folder. */
MUST_USE struct err *web_files_check(struct ctx *c, struct str dir);

#endif
