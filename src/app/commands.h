/* The commands of the program: one function each. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef COMMANDS_H
#define COMMANDS_H

/* Arguments begin with the command's own name; the result is the exit status. */
typedef int command_run(int argc, char **argv);

command_run command_serve, command_admin, command_config, command_version;

/* Exit statuses, as in sysexits.h where it has one. */
enum {
    EXIT_FOUND = 1, /* duan admin doctor: something is wrong */
    EXIT_WRONG_USE = 64,
    EXIT_BAD_INPUT = 65,
    EXIT_NOT_THERE = 66,
    EXIT_NOT_STARTED = 69,
    EXIT_OUR_FAULT = 70,
    EXIT_EXISTS = 73,
    EXIT_NO_ROOM = 74,
    EXIT_NOT_NOW = 75,
    EXIT_FORBIDDEN = 77,
    EXIT_WRONG_CONFIG = 78,
};

#endif
