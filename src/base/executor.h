/* Where work runs: the face that a pool of threads and the database's writer share. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EXECUTOR_H
#define EXECUTOR_H

#include "err.h"

/*
 * One piece of work. The submitter owns it and keeps it until done(), which is called exactly once
 * for every accepted task, on the executor's thread. run() and done() may use c->arena.
 */
struct task {
    struct task *next; /* the executor's while submitted */
    struct ctx *c;     /* borrowed */
    struct err *(*run)(struct task *task);
    void (*done)(struct task *task,
                 struct err *e); /* e: what run() said, or why it could not hold */
};

/* Any thread may submit. */
struct executor {
    bool (*submit)(struct executor *self, struct task *task); /* false: full, nothing was taken */
};

MUST_USE static inline bool executor_submit(struct executor *x, struct task *task)
{
    return x->submit(x, task);
}

#endif
