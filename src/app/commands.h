/* The commands of the program: one function each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_H
#define COMMANDS_H

/* Arguments begin with the command's own name; the result is the exit status. */
typedef int command_run(int argc, char **argv);

command_run command_serve, command_config, command_version;

/* Exit statuses, as in sysexits.h where it has one. */
enum { EXIT_WRONG_USE = 64, EXIT_NOT_STARTED = 69, EXIT_WRONG_CONFIG = 78 };

#endif
