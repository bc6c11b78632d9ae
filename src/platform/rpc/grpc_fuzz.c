/* Fuzz target: framing, timeouts, texts and failures of gRPC, as any peer may send them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "grpc_percent.h"
#include "grpc_reader.h"
#include "grpc_status.h"
#include "grpc_timeout.h"

enum { MESSAGE_MAX = 300 };

/* All messages of the stream, cut into pieces of `step` bytes; their bytes one after the other. */
static struct str read_all(struct arena *a, struct str data, size_t step)
{
    struct grpc_reader r = {.arena = a, .max = MESSAGE_MAX};
    enum grpc_read read = GRPC_READ_MORE;
    struct str all = {0};

    while (data.len && read <= GRPC_READ_MESSAGE) {
        struct str piece = {data.ptr, data.len < step ? data.len : step};

        data = str_from(data, piece.len);
        while (piece.len && (read = grpc_reader_take(&r, &piece)) <= GRPC_READ_MESSAGE)
            if (read == GRPC_READ_MESSAGE) {
                FUZZ_CHECK(grpc_reader_message(&r).len <= MESSAGE_MAX);
                all = arena_str(a, STR_FMT "[%zu]" STR_FMT, STR_ARG(all),
                                grpc_reader_message(&r).len, STR_ARG(grpc_reader_message(&r)));
            }
    }
    return all;
}

/* However the bytes arrive, they are the same messages. */
static void check_framing(struct arena *a, struct str data)
{
    struct str whole = read_all(a, data, data.len + 1);

    FUZZ_CHECK(str_eq(whole, read_all(a, data, 1)));
    FUZZ_CHECK(str_eq(whole, read_all(a, data, 7)));
}

/* What was read is written so that it is read again, and never promises more. */
static void check_timeout(struct str data)
{
    char text[GRPC_TIMEOUT_MAX];
    int64_t ns = 0, again = 0;

    if (!grpc_timeout_read(data, &ns))
        return;
    FUZZ_CHECK(ns >= 0);
    FUZZ_CHECK(grpc_timeout_read((struct str){text, grpc_timeout_write(ns, text)}, &again));
    FUZZ_CHECK(again <= ns || ns == 0);
}

static void check_percent(struct arena *a, struct str data)
{
    struct str text = grpc_percent_decode(a, data);

    FUZZ_CHECK(text.ptr[text.len] == '\0' && strlen(text.ptr) == text.len);
    FUZZ_CHECK(str_eq(grpc_percent_decode(a, grpc_percent_encode(a, text)), text));
}

static struct str value_of(const nghttp2_nv *header)
{
    return h2_text(header->value, header->valuelen);
}

/* What came is sent on, and says the same at the third place. */
static void check_sent_on(struct ctx *c, const struct err *e)
{
    nghttp2_nv headers[GRPC_STATUS_HEADERS];
    size_t n = grpc_status_write(c, e, headers);
    struct grpc_status s = {.code = -1};

    FUZZ_CHECK(n <= GRPC_STATUS_HEADERS);
    for (size_t i = 0; i < n; i++)
        grpc_status_read(&s, c->arena, h2_text(headers[i].name, headers[i].namelen),
                         value_of(&headers[i]));
    struct err *again = grpc_status_err(c, &s);

    FUZZ_CHECK(again && again->code == e->code && again->retry_after_s == e->retry_after_s);
    FUZZ_CHECK(strlen(err_text(c, again)) <= GRPC_STATUS_MESSAGE);
    FUZZ_CHECK(strncmp(err_root(again)->msg, err_root(e)->msg, strlen(err_root(again)->msg)) == 0);
}

/* Lines "NAME:VALUE". */
static void check_status(struct ctx *c, struct str data)
{
    struct grpc_status s = {.code = -1};

    while (data.len) {
        struct str value = str_cut(&data, '\n'), name = str_cut(&value, ':');

        grpc_status_read(&s, c->arena, name, value);
    }
    struct err *e = grpc_status_err(c, &s);

    FUZZ_CHECK(!e == (s.code == 0));
    if (e)
        check_sent_on(c, e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};
    struct str text = arena_copy(&arena, (struct str){(const char *)data, size});

    check_framing(&arena, text);
    check_timeout(text);
    check_percent(&arena, text);
    check_status(&c, text);
    arena_fini(&arena);
    return 0;
}
