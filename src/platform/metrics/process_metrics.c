/* The standard process_* metrics, from /proc (proc(5)) and the kernel's clocks. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "process_metrics.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "metrics.h"

enum { STAT_MAX = 1024 };

/* Fields of /proc/self/stat, by their number in proc(5). */
enum {
    STAT_THREADS = 20,
    STAT_START = 22,
    STAT_VIRTUAL = 23,
    STAT_RESIDENT = 24,
    STAT_FIELDS = 25
};

struct stat_fields {
    double value[STAT_FIELDS];
};

static bool read_small(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return false;
    n = read(fd, text, size - 1);
    (void)close(fd);
    if (n <= 0)
        return false;
    text[n] = '\0';
    return true;
}

/* The second field is the program's name in brackets and may hold anything, brackets too. */
static bool read_stat(struct stat_fields *out)
{
    char text[STAT_MAX];
    size_t field = 3;

    if (!read_small("/proc/self/stat", text, sizeof(text)))
        return false;
    struct str rest = str_of(strrchr(text, ')'));

    rest = str_from(rest, 2);
    for (; rest.len && field < STAT_FIELDS; field++)
        out->value[field] = strtod(str_cut(&rest, ' ').ptr, NULL);
    return field == STAT_FIELDS;
}

/* Unix time; the kernel tells ticks since boot. */
static int64_t start_time(const struct stat_fields *stat)
{
    struct timespec boot;

    (void)clock_gettime(CLOCK_BOOTTIME, &boot);
    double since_boot = (double)boot.tv_sec + (double)boot.tv_nsec / 1e9;
    double now = (double)clock_wall_ms() / CLOCK_MS_PER_S;

    return (int64_t)(now - since_boot + stat->value[STAT_START] / (double)sysconf(_SC_CLK_TCK));
}

static void sample_stat(struct metrics_scrape *s)
{
    struct stat_fields stat = {0};
    double page = (double)sysconf(_SC_PAGESIZE);

    if (!read_stat(&stat))
        return;
    metrics_sample_gauge(s, "process_resident_memory_bytes", "Resident memory size in bytes.",
                         stat.value[STAT_RESIDENT] * page);
    metrics_sample_gauge(s, "process_virtual_memory_bytes", "Virtual memory size in bytes.",
                         stat.value[STAT_VIRTUAL]);
    metrics_sample_gauge(s, "process_threads", "Threads of the process.", stat.value[STAT_THREADS]);
}

/* Without "." and ".." and the one that is open to count them. */
static void sample_fds(struct metrics_scrape *s)
{
    struct rlimit limit;
    DIR *dir = opendir("/proc/self/fd");
    int entries = 0;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        metrics_sample_gauge(s, "process_max_fds", "Most file descriptors that may be open.",
                             (double)limit.rlim_cur);
    if (!dir)
        return;
    while (readdir(dir))
        entries++;
    (void)closedir(dir);
    metrics_sample_gauge(s, "process_open_fds", "Open file descriptors.", entries - 3);
}

static void sample_cpu(struct metrics_scrape *s)
{
    struct timespec cpu;

    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu) == 0)
        metrics_sample_counter(s, "process_cpu_seconds_total",
                               "User and system CPU time spent, in seconds.",
                               (double)cpu.tv_sec + (double)cpu.tv_nsec / 1e9);
}

static void sample_process(void *self, struct metrics_scrape *s)
{
    (void)self;
    sample_cpu(s);
    sample_stat(s);
    sample_fds(s);
}

/* Once: a value that moved a little at each scrape would look like a restart. */
static void set_start_time(struct metrics *m)
{
    struct stat_fields stat = {0};

    if (read_stat(&stat))
        metrics_set(metrics_gauge(m, "process_start_time_seconds",
                                  "Start of the process, in seconds since the Unix epoch."),
                    start_time(&stat));
}

void process_metrics_add(struct metrics *m)
{
    set_start_time(m);
    metrics_collect(m, sample_process, NULL);
}
