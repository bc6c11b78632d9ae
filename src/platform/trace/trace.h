/* W3C trace context: the ids that join what one request causes in several processes. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TRACE_H
#define TRACE_H

#include "ctx.h"

/* The rules: W3C Recommendation "Trace Context", level 1, section 3.2. */
enum { TRACE_PARENT_LEN = 55 };

/*
 * A traceparent header. False, and *out untouched, for anything that is not well-formed: the
 * receiver then begins a trace of its own. A later version than 00 is read as far as 00 defines it.
 * All functions may be called from any thread.
 */
MUST_USE bool trace_parse(struct str header, struct trace_id *out);

/* A trace that begins here; its ids are random and not zero. */
struct trace_id trace_new(bool sampled);

/* A unit of work within the same trace: a new span id. */
struct trace_id trace_child(struct trace_id parent);

/* The same without asking the kernel: span ids that are unique in this process. *sequence is
 * shared, and began at random (the span of trace_new()). */
struct trace_id trace_child_of(struct trace_id parent, _Atomic uint64_t *sequence);

/* The header of version 00, in c's arena, NUL-terminated; empty when the request is not traced. */
struct str trace_format(struct ctx *c, struct trace_id id);

/* Is there a trace at all? */
static inline bool trace_is_set(struct trace_id id)
{
    return (id.high | id.low) != 0 && id.span != 0;
}

#endif
