/* The standard process_* metrics: what this process takes from the machine. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROCESS_METRICS_H
#define PROCESS_METRICS_H

struct metrics;

/* CPU seconds, memory, open files and their limit, threads, start time; read at each scrape. */
void process_metrics_add(struct metrics *m);

#endif
