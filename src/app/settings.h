/* The settings of Duan: one table (docs/settings.md is made from it). */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "config.h"

extern const struct config_setting settings[];
extern const size_t settings_count;

/* blob.s3.style, in the order of the choices. */
enum { SETTINGS_PATH, SETTINGS_VIRTUAL_HOSTED };

/* What came on the command line. */
struct settings_args {
    const char *file; /* --config; NULL: duan.yaml in the data folder, if it is there */
    const char *data, *listen, *roles; /* --data and so on; NULL: not given */
    const char *const *sets;           /* --set; NULL-terminated */
};

/* All sources in their order. The message of a failure is for people: a line for each mistake. */
MUST_USE struct err *settings_load(struct ctx *c, const struct settings_args *args,
                                   struct config **out);

#endif
