/* Writes the report, line by line, to the descriptor the parent reads. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "worker_report.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "media_limits.h"

enum { PROGRESS_EVERY_MS = 200 };

static void line_send(const char *line, int len)
{
    if (len > 0 && write(MEDIA_FD_REPORT, line, (size_t)len) != len)
        _exit(0); /* nobody listens any more */
}

void worker_report_text(const char *key, const char *value)
{
    char line[MEDIA_LINE_MAX];
    int len = snprintf(line, sizeof(line) - 1, "%s %s", key, value);

    if (len < 0)
        return;
    if (len > MEDIA_LINE_MAX - 2)
        len = MEDIA_LINE_MAX - 2;
    for (int i = 0; i < len; i++)
        if (line[i] < ' ' || line[i] > '~')
            line[i] = '?';
    line[len++] = '\n';
    line_send(line, len);
}

void worker_report_int(const char *key, int64_t value)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%" PRId64, value);
    worker_report_text(key, text);
}

void worker_report_progress(int64_t done, int64_t total)
{
    static int64_t last, last_ms; /* one job, one thread */
    struct timespec now;
    int64_t permille = total > 0 ? done * MEDIA_PROGRESS_MAX / total : 0;

    if (permille > MEDIA_PROGRESS_MAX)
        permille = MEDIA_PROGRESS_MAX;
    if (permille <= last || clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        return;
    int64_t now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (permille < MEDIA_PROGRESS_MAX && now_ms - last_ms < PROGRESS_EVERY_MS)
        return;
    last = permille;
    last_ms = now_ms;
    worker_report_int("progress", permille);
}
