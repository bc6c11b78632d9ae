/* The command line of the load client. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOAD_OPTIONS_H
#define LOAD_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "str.h"

struct load_options {
    uint16_t port;
    const char *file;
    int64_t connections, sources, requests; /* requests 0: until the time is up */
    double seconds, rate;                   /* rate 0: as fast as answers come */
    double grace;                           /* seconds after the end; later answers are lost */
    uint64_t random, from;
    struct str expect;
};

/* False: it makes no sense, and was told so on stderr. */
bool load_options_read(int argc, char **argv, struct load_options *out);

#endif
