/* Fuzz target: multipart bodies, fed whole and in pieces. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "fuzz.h"
#include "multipart.h"

/* What the parser handed out: parts and bytes, mixed into one number. */
struct seen {
    uint64_t sum;
    size_t parts;
};

static void mix(struct seen *s, struct str bytes)
{
    for (size_t i = 0; i < bytes.len; i++)
        s->sum = (s->sum ^ (unsigned char)bytes.ptr[i]) * UINT64_C(0x100000001b3);
}

static struct err *begin(void *self, struct ctx *c, struct str name, bool is_file)
{
    struct seen *s = self;

    (void)c;
    s->parts++;
    mix(s, name);
    mix(s, is_file ? STR("file") : STR("text"));
    return NULL;
}

static struct err *take(void *self, struct ctx *c, struct str bytes)
{
    (void)c;
    mix(self, bytes);
    return NULL;
}

static struct err *end(void *self, struct ctx *c)
{
    (void)c;
    mix(self, STR("end"));
    return NULL;
}

static bool parse(struct str body, size_t step, struct seen *seen)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    const struct multipart_sink sink = {seen, begin, take, end};
    struct multipart *m = multipart_create(&c, STR("multipart/form-data; boundary=b"), &sink);
    struct err *e = NULL;

    while (body.len && !e) {
        size_t n = body.len < step ? body.len : step;

        e = multipart_feed(m, &c, (struct str){body.ptr, n});
        body = str_from(body, n);
    }
    if (!e)
        e = multipart_finish(m, &c);
    arena_fini(&arena);
    return e == NULL;
}

/* However it is cut, a good body gives the same parts; the first byte chooses the pieces. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct seen whole = {0}, pieces = {0};
    struct str body = str_from((struct str){(const char *)data, size}, 1);
    size_t step = size && data[0] ? data[0] : 1;
    bool good = parse(body, body.len, &whole), also = parse(body, step, &pieces);

    if (good != also || (good && (whole.sum != pieces.sum || whole.parts != pieces.parts)))
        abort();
    return 0;
}
