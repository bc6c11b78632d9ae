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

    if (o->flags & OPTION_REFERENCE) {
        (void)puts("# Settings\n\nMade by `duan config --reference`. From the default up: "
                   "`duan.yaml`, the environment (`DUAN_HTTP_LISTEN`),\nthe command line "
                   "(`--set http.listen=...`).\n");
        config_reference(settings, settings_count, stdout);
        return 0;
    }
    int status = options_settings(c, o, &f);

    if (!status)
        config_print(f, stdout);
    config_destroy(f);
    return status;
}

int command_config(int argc, char **argv)
{
    return options_run(argc, argv,
                       &(struct options_command){.usage = usage,
                                                 .run = print,
                                                 .takes = OPTION_LISTEN | OPTION_REFERENCE});
}

int command_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    (void)puts("duan " DUAN_VERSION);
    return 0;
}
