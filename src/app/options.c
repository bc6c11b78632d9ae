/* Command lines, by getopt_long(3). */
/* SPDX-License-Identifier: Apache-2.0 */
#include "options.h"

#include <getopt.h>

#include "commands.h"

enum options_result { OPTIONS_OK, OPTIONS_HELP, OPTIONS_WRONG };

static const struct option known[] = {
    {"data", required_argument, NULL, 'd'},
    {"listen", required_argument, NULL, 'l'},
    {"config", required_argument, NULL, 'c'},
    {"set", required_argument, NULL, 's'},
    {"reference", no_argument, NULL, 'r'},
    {"help", no_argument, NULL, 'h'},
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

static enum options_result take(struct options *out, int option)
{
    switch (option) {
    case 'd':
        out->args.data = optarg;
        return OPTIONS_OK;
    case 'l':
        out->args.listen = optarg;
        return OPTIONS_OK;
    case 'c':
        out->args.file = optarg;
        return OPTIONS_OK;
    case 's':
        return add_set(out, optarg) ? OPTIONS_OK : OPTIONS_WRONG;
    case 'r':
        out->reference = true;
        return OPTIONS_OK;
    default:
        return option == 'h' ? OPTIONS_HELP : OPTIONS_WRONG;
    }
}

static enum options_result read_all(int argc, char **argv, struct options *out)
{
    int option;

    *out = (struct options){.args.sets = out->sets};
    while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
        enum options_result result = take(out, option);

        if (result != OPTIONS_OK)
            return result;
    }
    if (optind < argc) {
        (void)fprintf(stderr, "duan %s: \"%s\" is too much\n", argv[0], argv[optind]);
        return OPTIONS_WRONG;
    }
    return OPTIONS_OK;
}

int options_run(int argc, char **argv, const char *usage,
                int (*run)(struct ctx *c, const struct options *o))
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct options o;
    enum options_result read = read_all(argc, argv, &o);
    int status = read == OPTIONS_WRONG ? EXIT_WRONG_USE : 0;

    if (read == OPTIONS_OK)
        status = run(&c, &o);
    else
        (void)fputs(usage, read == OPTIONS_HELP ? stdout : stderr);
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
