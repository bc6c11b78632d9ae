/* Calls the bytes server as fast as it answers: our side of the comparison with grpc_go. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "clock.h"
#include "latency.h"
#include "rpc_channel.h"

/*
 * rpc_load ADDRESS SECONDS CALLERS LENGTH
 *
 * Every caller is a thread that asks for LENGTH bytes, again and again. Prints one line of JSON.
 */
enum { ARG_ADDRESS = 1, ARG_SECONDS, ARG_CALLERS, ARG_LENGTH, ARGS };
enum { CALLERS_MAX = 256, TIMEOUT_S = 5, WARM_UP_CALLS = 300 };

static const char PATH[] = "/duan.kit.v1.Kit/Bytes";

struct caller {
    pthread_t thread;
    struct rpc_channel *ch;
    struct str message;
    int64_t end_ns;
    struct latency took;
};

static void fail(struct ctx *c, const struct err *e)
{
    (void)fprintf(stderr, "rpc_load: %s\n", err_text(c, e));
    exit(EXIT_FAILURE);
}

static void call_once(struct caller *caller, struct ctx *c)
{
    int64_t began = clock_monotonic_ns();
    struct str resp;

    c->deadline_ns = began + TIMEOUT_S * CLOCK_NS_PER_S;
    struct err *e = rpc_finish(rpc_begin(caller->ch, c, PATH, caller->message), &resp, NULL);

    if (e)
        fail(c, e);
    latency_add(&caller->took, clock_monotonic_ns() - began);
    arena_reset(c->arena);
}

static struct ctx ctx_of(struct arena *arena)
{
    return (struct ctx){.arena = arena,
                        .user_id = 42,
                        .request_id = STR("request-1"),
                        .trace = {.high = 1, .low = 2, .span = 3, .sampled = true}};
}

static void *run(void *arg)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = ctx_of(&arena);
    struct caller *caller = arg;

    while (clock_monotonic_ns() < caller->end_ns)
        call_once(caller, &c);
    return NULL;
}

/* Connects, and is not counted. */
static void warm_up(struct caller *caller)
{
    struct arena arena CLEANUP(arena_fini) = {0};
    struct ctx c = ctx_of(&arena);

    for (int i = 0; i < WARM_UP_CALLS; i++)
        call_once(caller, &c);
    caller->took = (struct latency){0};
}

static double cpu_seconds(void)
{
    struct rusage used;
    static const double US_PER_S = 1e6;

    (void)getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / US_PER_S;
}

static void add(struct latency *all, const struct latency *some)
{
    for (size_t i = 0; i < COUNT(all->buckets); i++)
        all->buckets[i] += some->buckets[i];
    all->count += some->count;
    if (some->max_ns > all->max_ns)
        all->max_ns = some->max_ns;
}

static void print(const struct latency *all, double seconds, double cpu)
{
    static const double NS_PER_US = 1e3;

    (void)printf("{\"calls\": %llu, \"seconds\": %.3f, \"cpu_s\": %.3f, \"p50_us\": %.1f, "
                 "\"p99_us\": %.1f}\n",
                 (unsigned long long)all->count, seconds, cpu,
                 (double)latency_at(all, 0.5) / NS_PER_US,
                 (double)latency_at(all, 0.99) / NS_PER_US);
}

static void measure(struct caller *callers, size_t count, double seconds)
{
    struct latency *all = calloc(1, sizeof(*all));
    double cpu = cpu_seconds();
    int64_t began = clock_monotonic_ns();

    if (!all)
        abort();
    for (size_t i = 0; i < count; i++) {
        callers[i].end_ns = began + (int64_t)(seconds * (double)CLOCK_NS_PER_S);
        if (pthread_create(&callers[i].thread, NULL, run, &callers[i]))
            abort();
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(callers[i].thread, NULL);
        add(all, &callers[i].took);
    }
    print(all, (double)(clock_monotonic_ns() - began) / (double)CLOCK_NS_PER_S,
          cpu_seconds() - cpu);
    free(all);
}

int main(int argc, char **argv)
{
    struct rpc_channel_options options = rpc_channel_defaults;
    int64_t count = 0;

    if (argc != ARGS || !str_to_i64(str_of(argv[ARG_CALLERS]), &count) || count < 1 ||
        count > CALLERS_MAX)
        return EXIT_FAILURE;
    options.address = str_of(argv[ARG_ADDRESS]);
    struct rpc_channel *ch = rpc_channel_create(&options);
    struct caller *callers = calloc((size_t)count, sizeof(*callers));

    if (!callers)
        abort();
    for (int64_t i = 0; i < count; i++) {
        callers[i].ch = ch;
        callers[i].message = str_of(argv[ARG_LENGTH]);
    }
    warm_up(&callers[0]);
    measure(callers, (size_t)count, strtod(argv[ARG_SECONDS], NULL));
    rpc_channel_destroy(ch);
    free(callers);
    return EXIT_SUCCESS;
}
