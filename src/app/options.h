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

/*
 * Reads [--data DIR] [--listen ADDR:PORT] [--config FILE] [--set name=value]... and runs the
 * command, whose exit status it returns; answers --help and wrong options with `usage` instead.
 */
int options_run(int argc, char **argv, const char *usage,
                int (*run)(struct ctx *c, const struct options *o));

/* The settings that apply. 0, or an exit status: what is wrong has been said on stderr. */
int options_settings(struct ctx *c, const struct options *o, struct config **out);

#endif
