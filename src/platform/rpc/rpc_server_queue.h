/* Requests between the threads that read them and those that run them. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SERVER_QUEUE_H
#define RPC_SERVER_QUEUE_H

#include <pthread.h>

#include "rpc_server_call.h"

/* First in, first out; any thread may call any function. */
struct rpc_server_queue {
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    struct rpc_server_call *head, **tail;
    size_t count, max, idle;
    bool closed;
};

void rpc_server_queue_init(struct rpc_server_queue *q, size_t max);
void rpc_server_queue_fini(struct rpc_server_queue *q);

/* Takes calls linked by next; returns those for which there was no room. */
struct rpc_server_call *rpc_server_queue_push(struct rpc_server_queue *q,
                                              struct rpc_server_call *calls);
/* Whatever its length: there are never more streams than connections allow. */
void rpc_server_queue_insist(struct rpc_server_queue *q, struct rpc_server_call *call);
struct rpc_server_call *rpc_server_queue_wait(struct rpc_server_queue *q); /* NULL: closed */
struct rpc_server_call *rpc_server_queue_take(struct rpc_server_queue *q); /* NULL: empty */
void rpc_server_queue_close(struct rpc_server_queue *q);
size_t rpc_server_queue_depth(struct rpc_server_queue *q);

#endif
