/* One answer as it arrives: where it ends, and whether it is a good one. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer.h"

#include <errno.h>
#include <sys/socket.h>

static const struct str length_name = STR_INIT("content-length");
enum { STATUS_AT = 9, SKIP_MAX = 1 << 20 };

static bool content_length(struct str head, int64_t *out)
{
    while (head.len) {
        struct str line = str_cut(&head, '\n');
        struct str name = str_cut(&line, ':');

        if (str_eq_nocase(name, length_name))
            return str_to_i64(str_trim(line), out);
    }
    return false;
}

static bool has(struct str all, struct str expect)
{
    return !expect.len || memmem(all.ptr, all.len, expect.ptr, expect.len);
}

/* Behind the head as much of the body is read as has room, until the text is found or cannot be. */
static enum answer_state look(struct answer *a, struct str expect)
{
    struct str all = {a->bytes, a->len};
    const char *end = memmem(a->bytes, a->len, "\r\n\r\n", 4);
    size_t head = end ? (size_t)(end - a->bytes) + 4 : 0;
    int64_t length;

    if (!end)
        return a->len == ANSWER_ROOM ? ANSWER_BROKEN : ANSWER_MORE;
    if (!str_starts(all, STR("HTTP/1.1 ")) ||
        !content_length((struct str){a->bytes, head}, &length))
        return ANSWER_BROKEN;
    a->left = length - (int64_t)(a->len - head);
    if (a->left < 0)
        return ANSWER_BROKEN; /* nothing was asked that this could answer */
    a->good = all.ptr[STATUS_AT] == '2' && has(all, expect);
    a->known = has(all, expect) || a->len == ANSWER_ROOM;
    return a->left ? ANSWER_MORE : ANSWER_WHOLE;
}

/* MSG_TRUNC: the kernel drops the bytes instead of copying them (tcp(7)). */
static ssize_t receive(struct answer *a, int fd)
{
    if (a->known)
        return recv(fd, NULL, a->left < SKIP_MAX ? (size_t)a->left : SKIP_MAX,
                    MSG_TRUNC | MSG_DONTWAIT);
    return recv(fd, a->bytes + a->len, ANSWER_ROOM - a->len, MSG_DONTWAIT);
}

enum answer_state answer_take(struct answer *a, int fd, struct str expect, uint64_t *bytes)
{
    for (;;) {
        ssize_t got = receive(a, fd);

        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return ANSWER_MORE;
        if (got <= 0)
            return ANSWER_BROKEN;
        *bytes += (uint64_t)got;
        if (a->known) {
            a->left -= got;
            if (!a->left)
                return ANSWER_WHOLE;
            continue;
        }
        a->len += (size_t)got;
        enum answer_state state = look(a, expect);

        if (state != ANSWER_MORE)
            return state;
    }
}
