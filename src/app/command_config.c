/* duan config: every setting, its value and where it came from. duan version. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "commands.h"
#include "options.h"

static const char usage[] =
    "usage: duan config [--reference] [--data DIR] [--config FILE] [--set name=value]...\n"
    "\n"
    "Prints all settings as YAML that can be loaded again: value, source, what it is for.\n"
    "--reference prints the table of docs/settings.md instead.\n";

static int print(struct ctx *c, const struct options *o)
{
    struct config *f = NULL;

    if (o->reference) {
        config_reference(settings, settings_count, stdout);
        return 0;
    }
    struct err *e = settings_load(c, &o->args, &f);

    if (e) {
        (void)fprintf(stderr, "%s\n", err_text(c, e));
        return EXIT_WRONG_CONFIG;
    }
    config_print(f, stdout);
    config_destroy(f);
    return 0;
}

int command_config(int argc, char **argv)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct options o;
    enum options_result read = options_read(argc, argv, &o);
    int status = read == OPTIONS_WRONG ? EXIT_WRONG_USE : 0;

    if (read == OPTIONS_OK)
        status = print(&c, &o);
    else
        (void)fputs(usage, read == OPTIONS_HELP ? stdout : stderr);
    arena_fini(&arena);
    return status;
}

int command_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    (void)puts("duan " DUAN_VERSION);
    return 0;
}
