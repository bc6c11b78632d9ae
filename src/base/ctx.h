/* What is carried, first, through every call made on behalf of one request. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CTX_H
#define CTX_H

#include "arena.h"

struct sql_tx;

/* W3C trace context (level 1): all zero means that the request is not traced. */
struct trace_id {
    uint64_t high, low; /* the trace */
    uint64_t span;      /* this unit of work */
    bool sampled;
};

/* Belongs to whoever runs the request at the moment; never shared by two threads at a time. */
struct ctx {
    struct arena *arena;   /* borrowed; dies with the request */
    int64_t deadline_ns;   /* CLOCK_MONOTONIC; every blocking call honours it; 0: none */
    int64_t user_id;       /* the signed-in user; 0: anonymous */
    struct str request_id; /* for logs */
    struct trace_id trace;
    struct sql_tx *tx; /* the transaction this work is part of, or NULL: platform/sql's */
};

#endif
