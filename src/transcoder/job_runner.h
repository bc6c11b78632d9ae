/* Runs jobs that another process hands out, and tells it that they are still under way. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef JOB_RUNNER_H
#define JOB_RUNNER_H

#include "bus.h"

struct job_api;
struct log;

enum { JOB_RUNNER_THREADS_MAX = 64 };

struct job_runner_options {
    const char *topic;
    size_t threads;
    int64_t lease_ms; /* renewed several times before it ends */
    int64_t poll_ms;  /* how often each idle thread asks */
};

/*
 * What bus_consume() is to a queue in the same process: the handler is the same, and hears of *stop
 * also when its job has been given to somebody else. The API is called outside of all locks.
 * Borrows api and log.
 */
struct job_runner;

MUST_USE struct err *job_runner_start(struct ctx *c, const struct job_runner_options *options,
                                      const struct bus_handler *handler, struct job_api *api,
                                      struct log *log, struct job_runner **out);

/* *stop becomes non-zero for all, running handlers are waited for. NULL is fine. */
void job_runner_stop(struct job_runner *r);

#endif
