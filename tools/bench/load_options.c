/* The command line of the load client. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "load_options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: load [OPTION VALUE]... PORT FILE\n"
    "Sends the requests of FILE to 127.0.0.1:PORT and prints one line of JSON.\n"
    "  --connections N  kept open, one request at a time on each (1)\n"
    "  --seconds S      for how long requests are begun (1)\n"
    "  --rate R         begun per second, whatever the server does; without: as answers come\n"
    "  --requests N     at most so many\n"
    "  --random SEED    lines of FILE at random; without: in turn\n"
    "  --from N         in turn, beginning with this line\n"
    "  --sources N      connections come from so many addresses in 127.1.0.0/16\n"
    "  --grace S        answers that come so long after the end are lost (10)\n"
    "  --expect TEXT    an answer without it is an error\n";

static const struct option known[] = {
    {"connections", required_argument, NULL, 'c'}, {"seconds", required_argument, NULL, 's'},
    {"rate", required_argument, NULL, 'r'},        {"requests", required_argument, NULL, 'n'},
    {"random", required_argument, NULL, 'x'},      {"from", required_argument, NULL, 'f'},
    {"sources", required_argument, NULL, 'a'},     {"grace", required_argument, NULL, 'g'},
    {"expect", required_argument, NULL, 'e'},      {NULL, 0, NULL, 0},
};

static bool count(const char *text, int64_t min, int64_t max, int64_t *out)
{
    return str_to_i64(str_of(text), out) && *out >= min && *out <= max;
}

static bool number(const char *text, double *out)
{
    char *end;

    *out = strtod(text, &end);
    return end != text && !*end && *out > 0 && *out < 1e9;
}

static bool take(struct load_options *o, int option)
{
    int64_t n = 0;
    bool good;

    switch (option) {
    case 'c':
        return count(optarg, 1, 50000, &o->connections);
    case 's':
        return number(optarg, &o->seconds);
    case 'r':
        return number(optarg, &o->rate);
    case 'g':
        return number(optarg, &o->grace);
    case 'n':
        return count(optarg, 1, INT64_MAX, &o->requests);
    case 'x':
        good = count(optarg, 1, INT64_MAX, &n);
        o->random = (uint64_t)n;
        return good;
    case 'f':
        good = count(optarg, 0, INT64_MAX, &n);
        o->from = (uint64_t)n;
        return good;
    case 'a':
        return count(optarg, 1, 50000, &o->sources);
    case 'e':
        o->expect = str_of(optarg);
        return true;
    default:
        return false;
    }
}

static bool read_all(int argc, char **argv, struct load_options *o)
{
    int64_t port = 0;

    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;)
        if (!take(o, option))
            return false;
    if (optind + 2 != argc || !count(argv[optind], 1, UINT16_MAX, &port))
        return false;
    o->port = (uint16_t)port;
    o->file = argv[optind + 1];
    return true;
}

bool load_options_read(int argc, char **argv, struct load_options *out)
{
    *out = (struct load_options){.connections = 1, .seconds = 1, .grace = 10};
    bool good = read_all(argc, argv, out);

    if (!good)
        (void)fputs(usage, stderr);
    return good;
}
