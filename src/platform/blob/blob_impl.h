/* What the drivers of blob share: the table of what each does, and the folders that all have. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BLOB_IMPL_H
#define BLOB_IMPL_H

#include "blob.h"

/* Keys were checked before; `file` and `key` of a put end with a NUL. */
struct blob_ops {
    void (*close)(
        struct blob *b); /* what the driver made, itself included; copes with half of it */
    struct err *(*put)(struct blob *b, struct ctx *c, struct str key, struct str file);
    struct err *(*get)(struct blob *b, struct ctx *c, struct str key, struct blob_object *out);
    struct err *(*remove)(struct blob *b, struct ctx *c, struct str prefix);
    /* These may be NULL: an object is got whole before it is sent, and only by us. */
    struct err *(*view)(struct blob *b, struct ctx *c, struct str key, struct blob_view **out);
    struct str (*link)(struct blob *b, struct ctx *c, struct str key, const char *type,
                       int *valid_s);
    struct str (*link_origin)(struct blob *b);
    void (*stop)(struct blob *b);
    void (*stats)(struct blob *b, struct blob_stats *out);
};

struct blob_view_ops {
    void (*close)(struct blob_view *v);
    struct err *(*ask)(struct blob_view *v, struct ctx *c, int64_t first, int64_t length, int *fd);
    int64_t (*read)(struct blob_view *v, int64_t at, char *into, size_t room);
    void (*wait)(struct blob_view *v, int64_t at, void (*wake)(void *arg), void *arg);
};

/* The first member of every driver's own. */
struct blob_view {
    const struct blob_view_ops *ops;
    struct blob_info info;
};

/* The first member of every driver's own struct. Unchanging once it is open. */
struct blob {
    const struct blob_ops *ops;
    char *root, *scratch, *work; /* local folders */
};

/* Makes the folders that are not there: `dir`, and in it those for scratch and for work. */
MUST_USE struct err *blob_open_folders(struct blob *b, struct ctx *c, struct str dir);

/* "DIR/NAME", malloc()ed; never NULL. */
char *blob_path(struct str dir, const char *name);

MUST_USE struct err *blob_make_folder(struct ctx *c, const char *path);

/* A view of the whole object, got at once. */
MUST_USE struct err *blob_view_local(struct blob *b, struct ctx *c, struct str key,
                                     struct blob_view **out);

/* A file without a name in that folder, gone when it is closed: -1 with errno set. */
int blob_nameless_file(const char *folder);

/* A folder with all that is in it. 0, or -1 with errno set. */
int blob_remove_tree(const char *path);

/* What the system, as errno says, refused to do with something of that name. */
struct err *blob_failed(struct ctx *c, const char *what, struct str name);

#endif
