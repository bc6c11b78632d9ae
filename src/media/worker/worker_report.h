/* What the worker tells its parent. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORKER_REPORT_H
#define WORKER_REPORT_H

#include <stdint.h>

/*
 * Lines of "key value" within the rules of media_limits.h: too long a value is cut, what is not
 * printable becomes "?". The keys are those of the parent's media_report.c; it takes any other for
 * a violation. Only the main thread reports.
 */
void worker_report_text(const char *key, const char *value);
void worker_report_int(const char *key, int64_t value);

/* Sends "progress N" when the permille has risen; never more often than every 200 ms. */
void worker_report_progress(int64_t done, int64_t total);

#endif
