/* Stands in for libFuzzer: gives every file below its arguments to a fuzz target, once. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <fts.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 *     x_fuzz_replay FILE-OR-DIRECTORY ...
 * Prints TAP: one line per file. What a target finds wrong ends the process, as under libFuzzer.
 */
enum { FILE_MAX = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* At its exact size, so that a sanitizer sees the first byte read beyond it. NULL: unreadable. */
static uint8_t *bytes_read(const char *path, size_t size)
{
    FILE *f = size > FILE_MAX ? NULL : fopen(path, "rb");
    uint8_t *data = f ? malloc(size ? size : 1) : NULL;
    bool whole = data && fread(data, 1, size, f) == size;

    if (f)
        (void)fclose(f);
    if (whole)
        return data;
    free(data);
    return NULL;
}

static bool file_replay(const char *path, size_t size)
{
    uint8_t *data = bytes_read(path, size);

    if (!data)
        return false;
    (void)LLVMFuzzerTestOneInput(data, size);
    free(data);
    return true;
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Number of files, negative when one could not be read. */
static int tree_replay(FTS *tree)
{
    int count = 0;
    bool good = true;

    for (FTSENT *f; (f = fts_read(tree)) != NULL;) {
        if (f->fts_info != FTS_F)
            continue;
        bool replayed = file_replay(f->fts_path, (size_t)f->fts_statp->st_size);

        printf("%sok %d - %s\n", replayed ? "" : "not ", ++count, f->fts_name);
        (void)fflush(stdout);
        good &= replayed;
    }
    return good ? count : -1;
}

int main(int argc, char **argv)
{
    FTS *tree = argc > 1 ? fts_open(argv + 1, FTS_PHYSICAL | FTS_NOCHDIR, by_name) : NULL;

    if (!tree) {
        printf("Bail out! no corpus\n");
        return 1;
    }
    int count = tree_replay(tree);
    (void)fts_close(tree);
    printf("1..%d\n", count < 0 ? 0 : count);
    return count > 0 ? 0 : 1;
}
