/* Reads and writes again the messages that codec_oracle.py sends, which judges the answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "kit_api.h"

/* In the order of codec_oracle.py. */
static const struct codec_type *const types[] = {&kit_all_type, &kit_branch_type, &kit_leaf_type};

/* Before each message, both ways: a byte (type; 1 for a failure), and the length, in host order. */
struct head {
    uint8_t what;
    uint32_t len;
} __attribute__((packed));

static void reply(bool failed, struct str bytes)
{
    struct head head = {failed, (uint32_t)bytes.len};

    (void)fwrite(&head, sizeof(head), 1, stdout);
    (void)fwrite(bytes.ptr, 1, bytes.len, stdout);
    (void)fflush(stdout);
}

static void answer(struct ctx *c, const struct codec_type *type, struct str bytes)
{
    void *msg = codec_new(c->arena, type);
    struct err *e = codec_decode(c, type, bytes, msg);

    reply(e != NULL, e ? str_of(err_text(c, e)) : codec_encode(c, type, msg));
}

int main(void)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct head head;

    while (fread(&head, sizeof(head), 1, stdin) == 1 && head.what < COUNT(types)) {
        char *bytes = malloc(head.len); /* exact, so that a sanitizer sees one byte too many */

        if (head.len && (!bytes || fread(bytes, head.len, 1, stdin) != 1))
            abort();
        answer(&c, types[head.what], (struct str){bytes, head.len});
        free(bytes);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return 0;
}
