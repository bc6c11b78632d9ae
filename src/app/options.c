/* Command lines, by getopt_long(3). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <getopt.h>

#include "commands.h"

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG };

/* Beyond what a character can be: those options have no short form. */
enum { EXTRA = 1 << 16 };

static const struct option known[] = {
    {"data", required_argument, NULL, 'd'},
    {"config", required_argument, NULL, 'c'},
    {"set", required_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {"listen", required_argument, NULL, EXTRA | OPTION_LISTEN},
    {"reference", no_argument, NULL, EXTRA | OPTION_REFERENCE},
    {"status", no_argument, NULL, EXTRA | OPTION_STATUS},
    {"repair", no_argument, NULL, EXTRA | OPTION_REPAIR},
    {"limit", required_argument, NULL, EXTRA | OPTION_LIMIT},
    {"banned", no_argument, NULL, EXTRA | OPTION_BANNED},
    {"reason", required_argument, NULL, EXTRA | OPTION_REASON},
    {"dead", no_argument, NULL, EXTRA | OPTION_DEAD},
    {"all", no_argument, NULL, EXTRA | OPTION_ALL},
    {"roles", required_argument, NULL, EXTRA | OPTION_ROLES},
    {NULL, 0, NULL, 0},
};

static bool add_set(struct options *out, const char *text)
{
    for (size_t i = 0; i < OPTIONS_SETS_MAX; i++) {
        if (!out->sets[i]) {
            out->sets[i] = text;
            return true;
        }
    }
    (void)fprintf(stderr, "duan: more than %d --set\n", OPTIONS_SETS_MAX);
    return false;
}

static enum options_result take_limit(struct options *out)
{
    if (str_to_i64(str_of(optarg), &out->limit) && out->limit > 0)
        return OPTIONS_OK;
    (void)fprintf(stderr, "duan: --limit %s is not a number from 1 on\n", optarg);
    return OPTIONS_WRONG;
}

static enum options_result take_extra(struct options *out, unsigned extra)
{
    out->flags |= extra;
    if (extra == OPTION_LISTEN)
        out->args.listen = optarg;
    if (extra == OPTION_ROLES)
        out->args.roles = optarg;
    if (extra == OPTION_REASON)
        out->reason = optarg;
    return extra == OPTION_LIMIT ? take_limit(out) : OPTIONS_OK;
}

static enum options_result take(struct options *out, int option)
{
    switch (option) {
    case 'd':
        out->args.data = optarg;
        return OPTIONS_OK;
    case 'c':
        out->args.file = optarg;
        return OPTIONS_OK;
    case 's':
        return add_set(out, optarg) ? OPTIONS_OK : OPTIONS_WRONG;
    case 'h':
        return OPTIONS_HELP;
    default:
        return option & EXTRA ? take_extra(out, (unsigned)option & ~(unsigned)EXTRA)
                              : OPTIONS_WRONG;
    }
}

static enum options_result check_words(const struct options_command *command, const char *name,
                                       const struct options *o)
{
    if (o->word_count > command->words_max)
        (void)fprintf(stderr, "%s: \"%s\" is too much\n", name, o->words[command->words_max]);
    else if (o->word_count < command->words_min)
        (void)fprintf(stderr, "%s: what is it about?\n", name);
    else
        return OPTIONS_OK;
    return OPTIONS_WRONG;
}

/* An option that the command has no use for is as wrong as one that nobody knows. */
static enum options_result check_extras(const struct options_command *command, const char *name,
                                        const struct options *o)
{
    unsigned foreign = o->flags & ~command->takes;

    if (!foreign)
        return OPTIONS_OK;
    for (const struct option *one = known; one->name; one++)
        if (one->val & EXTRA && (unsigned)one->val & foreign)
            (void)fprintf(stderr, "%s: it has no option --%s\n", name, one->name);
    return OPTIONS_WRONG;
}

static enum options_result read_all(int argc, char **argv, const struct options_command *command,
                                    struct options *out)
{
    enum options_result result = OPTIONS_OK;
    int option;

    *out = (struct options){.args.sets = out->sets, .self = command->self};
    optind = 1;
    while (result == OPTIONS_OK && (option = getopt_long(argc, argv, "h", known, NULL)) != -1)
        result = take(out, option);
    if (result != OPTIONS_OK)
        return result;
    out->words = argv + optind;
    out->word_count = (size_t)(argc - optind);
    result = check_extras(command, argv[0], out);
    return result == OPTIONS_OK ? check_words(command, argv[0], out) : result;
}

int options_run(int argc, char **argv, const struct options_command *command)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct options o;
    enum options_result read = read_all(argc, argv, command, &o);
    int status = read == OPTIONS_WRONG ? EXIT_WRONG_USE : 0;

    if (read == OPTIONS_OK)
        status = command->run(&c, &o);
    else
        (void)fputs(command->usage, read == OPTIONS_HELP ? stdout : stderr);
    arena_fini(&arena);
    return status;
}

int options_settings(struct ctx *c, const struct options *o, struct config **out)
{
    struct err *e = settings_load(c, &o->args, out);

    if (e)
        (void)fprintf(stderr, "%s\n", err_text(c, e));
    return e ? EXIT_WRONG_CONFIG : 0;
}
