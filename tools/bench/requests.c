/* The requests that a load is made of: read from a file, sent in turn or at random. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "requests.h"

#include <stdio.h>
#include <stdlib.h>

static void add(struct requests *r, struct request one)
{
    if (r->count == r->room) {
        r->room = r->room ? r->room * 2 : 64;
        r->at = realloc(r->at, r->room * sizeof(*r->at));
        if (!r->at)
            abort();
    }
    r->at[r->count++] = one;
}

static bool add_line(struct requests *r, struct str line, const char *host)
{
    struct str rest = line, first = str_cut(&rest, '\t');
    bool post = str_starts(first, STR("POST "));
    struct request one = {0};

    if (!post && !str_starts(first, STR("GET ")))
        return false;
    FILE *out = open_memstream(&one.text, &one.len);
    if (!out)
        abort();
    (void)fprintf(out, STR_FMT " HTTP/1.1\r\nHost: %s\r\nUser-Agent: load\r\n", STR_ARG(first),
                  host);
    while (rest.len) {
        struct str header = str_cut(&rest, '\t');

        (void)fprintf(out, STR_FMT "\r\n", STR_ARG(header));
    }
    (void)fputs(post ? "Content-Length: 0\r\n\r\n" : "\r\n", out);
    if (fclose(out) != 0)
        abort();
    add(r, one);
    return true;
}

static bool add_lines(struct requests *r, FILE *in, const char *host)
{
    char *line = NULL;
    size_t room = 0;
    bool good = true;

    for (ssize_t len; good && (len = getline(&line, &room, in)) > 0;)
        good = add_line(r, str_trim((struct str){line, (size_t)len}), host);
    free(line);
    return good && r->count > 0;
}

bool requests_read(struct requests *r, const char *file, const char *host, const char **wrong)
{
    FILE *in = fopen(file, "re");

    *wrong = "no such file of requests";
    if (!in)
        return false;
    *wrong = "the file of requests has a line that is not METHOD TARGET, or none";
    bool good = add_lines(r, in, host);

    (void)fclose(in);
    return good;
}

void requests_fini(struct requests *r)
{
    for (size_t i = 0; i < r->count; i++)
        free(r->at[i].text);
    free(r->at);
    *r = (struct requests){0};
}

/* xorshift64 (Marsaglia, 2003): even, quick, and the same at every run. */
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

struct str requests_next(struct requests *r)
{
    size_t at = r->random ? next_random(&r->random) % r->count : r->next++ % r->count;

    return (struct str){r->at[at].text, r->at[at].len};
}
