/* Duan: one program, many commands. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "attr.h"
#include "commands.h"

static const struct command {
    const char *name;
    command_run *run;
    const char *help;
} commands[] = {
    {"serve", command_serve, "run everything: the API, the page, the transcoder"},
    {"admin", command_admin, "look after a data folder or a cluster: users, videos, jobs, doctor"},
    {"config", command_config, "show every setting, its value and where it came from"},
    {"version", command_version, "show the version"},
};

static void print_help(FILE *out)
{
    (void)fputs("usage: duan COMMAND [OPTION]...\n\n", out);
    for (size_t i = 0; i < COUNT(commands); i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].help);
    (void)fputs("\nduan COMMAND --help tells more.\n", out);
}

static bool asks_for_help(const char *word)
{
    return strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_help(stderr);
        return EXIT_WRONG_USE;
    }
    if (asks_for_help(argv[1])) {
        print_help(stdout);
        return 0;
    }
    for (size_t i = 0; i < COUNT(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    (void)fprintf(stderr, "duan: there is no command \"%s\"\n\n", argv[1]);
    print_help(stderr);
    return EXIT_WRONG_USE;
}
