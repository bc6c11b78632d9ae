/* The options that commands share: which settings apply. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "settings.h"

enum { OPTIONS_SETS_MAX = 64 };

struct options {
    struct settings_args args;
    const char *sets[OPTIONS_SETS_MAX + 1];
    bool reference; /* --reference: of duan config */
};

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG };

/* Reads [--data DIR] [--listen ADDR:PORT] [--config FILE] [--set name=value]... ; says on stderr
 * what is wrong. `out` keeps pointers into argv and to itself. */
enum options_result options_read(int argc, char **argv, struct options *out);

#endif
