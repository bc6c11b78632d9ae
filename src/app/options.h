/* The options that commands share, and those that some of them take. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "settings.h"

enum { OPTIONS_SETS_MAX = 64 };

/* What a command may take beside --data, --config, --set and --help. */
enum options_extra {
    OPTION_LISTEN = 1 << 0,
    OPTION_REFERENCE = 1 << 1,
    OPTION_STATUS = 1 << 2,
    OPTION_REPAIR = 1 << 3,
    OPTION_LIMIT = 1 << 4,
    OPTION_BANNED = 1 << 5,
    OPTION_REASON = 1 << 6,
    OPTION_DEAD = 1 << 7,
    OPTION_ROLES = 1 << 8,
    OPTION_ALL = 1 << 9,
};

/* What was given. */
struct options {
    struct settings_args args;
    const char *sets[OPTIONS_SETS_MAX + 1];
    unsigned flags;     /* of enum options_extra: those that were given */
    int64_t limit;      /* --limit N */
    const char *reason; /* --reason TEXT */
    char **words;       /* what is no option, word_count of them */
    size_t word_count;
    const void *self; /* the command's */
};

/* What a command expects. */
struct options_command {
    const char *usage;
    int (*run)(struct ctx *c, const struct options *o); /* returns the exit status */
    const void *self;                                   /* for run: o->self */
    unsigned takes;                                     /* of enum options_extra */
    size_t words_min, words_max;
};

/*
 * Reads the command line and runs the command, whose exit status it returns; answers --help and
 * wrong use with its usage instead. argv[0] is what the command is called in messages.
 */
int options_run(int argc, char **argv, const struct options_command *command);

/* The settings that apply. 0, or an exit status: what is wrong has been said on stderr. */
int options_settings(struct ctx *c, const struct options *o, struct config **out);

#endif
