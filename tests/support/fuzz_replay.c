/* Replays a corpus: gives every file below the paths of argv to the fuzzer; reports TAP. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

enum { INPUT_MAX = 4 << 20, OPEN_DIRS_MAX = 16 };

/* nftw() hands nothing through to its callback. */
static int files;

/* The copy is as long as the input to the byte, so that a sanitizer sees an overrun. */
static int replay(const char *path, FILE *in)
{
    char *buffer = malloc(INPUT_MAX);
    size_t len = buffer ? fread(buffer, 1, INPUT_MAX, in) : 0;
    uint8_t *input = buffer ? realloc(buffer, len ? len : 1) : NULL;

    if (!input || ferror(in)) {
        free(input);
        return -1;
    }
    (void)fflush(stdout); /* should this one crash, its predecessors are known */
    (void)LLVMFuzzerTestOneInput(input, len);
    printf("ok %d - %s\n", ++files, path);
    free(input);
    return 0;
}

static int visit(const char *path, const struct stat *status, int type, struct FTW *level)
{
    (void)status;
    (void)level;
    if (type != FTW_F)
        return 0;
    FILE *in = fopen(path, "rb");

    if (!in || replay(path, in) != 0)
        printf("not ok %d - %s: cannot be read\n", ++files, path);
    if (in)
        (void)fclose(in);
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (nftw(argv[i], visit, OPEN_DIRS_MAX, FTW_PHYS) != 0)
            printf("not ok %d - %s: cannot be walked\n", ++files, argv[i]);
    if (files == 0)
        printf("not ok %d - there is no corpus\n", ++files);
    printf("1..%d\n", files);
    return 0;
}
