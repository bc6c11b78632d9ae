/* Preloaded: the date is another one than the machine's, as a file says. */
/* SPDX-License-Identifier: Apache-2.0 */
/* CLOCK_SHIFT names the file; it holds the seconds that are added, as text. Durations stay true. */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long shift(void)
{
    const char *order = getenv("CLOCK_SHIFT");
    char text[24] = "";
    int file = order ? open(order, O_RDONLY | O_CLOEXEC) : -1;

    if (file < 0)
        return 0;
    ssize_t len = read(file, text, sizeof(text) - 1);

    close(file);
    return len > 0 ? strtol(text, NULL, 10) : 0;
}

int clock_gettime(clockid_t id, struct timespec *out)
{
    int failed = (int)syscall(SYS_clock_gettime, id, out);

    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        out->tv_sec += shift();
    return failed;
}

time_t time(time_t *out)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}

int gettimeofday(struct timeval *restrict out, void *restrict zone)
{
    struct timespec now = {0};

    (void)zone;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    *out = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}
