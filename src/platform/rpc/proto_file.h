/* A .proto as it is told to those who ask what a server serves: what apigen embeds of it. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROTO_FILE_H
#define PROTO_FILE_H

#include "str.h"

/* That `extends` has a field of this number. */
struct proto_extension {
    const char *extends; /* "google.protobuf.MethodOptions" */
    int32_t number;
};

/* Constant, as all of it. */
struct proto_file {
    const char *name; /* "user.proto": as an import names it */
    const char *const
        *symbols; /* full names of what it defines; NULL ends them, as it does below */
    const struct proto_file *const *imports;
    const struct proto_extension *extensions; /* NULL: none; extends NULL ends them */
    struct str descriptor; /* a google.protobuf.FileDescriptorProto, without comments */
};

#endif
