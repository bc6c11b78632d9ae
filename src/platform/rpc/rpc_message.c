/* Messages of a call: a queue, and reading it as a stream of bytes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "rpc_message.h"

#include <stdlib.h>

void rpc_message_init(struct rpc_message *m, struct str bytes)
{
    *m = (struct rpc_message){.bytes = bytes};
    grpc_prefix_write(bytes.len, m->prefix);
}

struct rpc_message *rpc_message_create(struct str bytes)
{
    struct rpc_message *m = malloc(sizeof(*m) + bytes.len);

    if (!m)
        abort();
    char *copy = (char *)(m + 1);

    if (bytes.len)
        memcpy(copy, bytes.ptr, bytes.len);
    rpc_message_init(m, (struct str){copy, bytes.len});
    m->own = true;
    return m;
}

void rpc_message_destroy(struct rpc_message *m)
{
    if (m && m->own)
        free(m);
}

size_t rpc_message_size(const struct rpc_message *m)
{
    return GRPC_PREFIX + m->bytes.len;
}

void rpc_messages_init(struct rpc_messages *q)
{
    *q = (struct rpc_messages){0};
    q->tail = &q->head;
}

void rpc_messages_fini(struct rpc_messages *q)
{
    for (struct rpc_message *m; (m = rpc_messages_take(q)) != NULL;)
        rpc_message_destroy(m);
}

void rpc_messages_put(struct rpc_messages *q, struct rpc_message *m)
{
    *q->tail = m;
    q->tail = &m->next;
    q->bytes += rpc_message_size(m);
}

struct rpc_message *rpc_messages_take(struct rpc_messages *q)
{
    struct rpc_message *m = q->head;

    if (!m)
        return NULL;
    q->head = m->next;
    if (!q->head)
        q->tail = &q->head;
    m->next = NULL;
    q->bytes -= rpc_message_size(m);
    return m;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* As much of one message as fits. */
static size_t copy(struct rpc_message *m, uint8_t *out, size_t room)
{
    size_t n = 0;

    if (m->sent < GRPC_PREFIX) {
        n = min(GRPC_PREFIX - m->sent, room);
        memcpy(out, m->prefix + m->sent, n);
        m->sent += n;
    }
    size_t part = min(rpc_message_size(m) - m->sent, room - n);

    if (part)
        memcpy(out + n, m->bytes.ptr + (m->sent - GRPC_PREFIX), part);
    m->sent += part;
    return n + part;
}

size_t rpc_messages_read(struct rpc_messages *q, uint8_t *out, size_t room)
{
    size_t n = 0;

    while (q->head && n < room) {
        n += copy(q->head, out + n, room - n);
        if (q->head->sent == rpc_message_size(q->head))
            rpc_message_destroy(rpc_messages_take(q));
    }
    return n;
}
