/* What is counted of requests, and written about them. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "request_metrics.h"

#include <stdlib.h>

#include "log.h"
#include "metrics.h"
#include "rate_limits.h"

enum { CLASSES = 6, CLASS_SIZE = 100, ERROR_CLASS = 5 };

/* "gone": the client went away before its answer. */
static const char *const class_names[CLASSES] = {"gone", "1xx", "2xx", "3xx", "4xx", "5xx"};

struct series {
    struct metric_counter *requests[CLASSES];
    struct metric_histogram *seconds;
};

struct request_metrics {
    struct metric_counter *bytes_in, *bytes_out;
    struct series other; /* no route matched */
    struct series routes[];
};

static struct series series_of(struct metrics *m, struct str route, const char *method)
{
    struct series s;

    for (size_t i = 0; i < CLASSES; i++)
        s.requests[i] =
            metrics_counter(m, "duan_http_requests_total", "Requests by route and class of status.",
                            metrics_label("route", route), metrics_label("method", str_of(method)),
                            metrics_label("status", str_of(class_names[i])));
    s.seconds = metrics_histogram(
        m, "duan_http_request_seconds", "From the request line to the last byte sent.",
        &metrics_seconds, metrics_label("route", route), metrics_label("method", str_of(method)));
    return s;
}

static void sample_near(struct gateway *g, struct metrics_scrape *s)
{
    struct near_stats n = near_stats(g->near);

    metrics_sample_counter(s, "duan_near_hits_total", "Look-ups the near cache answered.",
                           (double)n.hits);
    metrics_sample_counter(s, "duan_near_misses_total", "Look-ups it had to fetch.",
                           (double)n.misses);
    metrics_sample_counter(s, "duan_near_evicted_total", "Entries dropped for room.",
                           (double)n.evicted);
    metrics_sample_counter(s, "duan_near_stale_total", "Fills that came after a change.",
                           (double)n.stale);
    metrics_sample_gauge(s, "duan_near_entries", "Entries held.", (double)n.count);
    metrics_sample_gauge(s, "duan_near_bytes", "Bytes they take.", (double)n.bytes);
}

static void sample(void *self, struct metrics_scrape *s)
{
    struct gateway *g = self;

    if (g->near)
        sample_near(g, s);
    for (int kind = RATE_NONE + 1; kind < RATE_KINDS; kind++)
        metrics_sample_counter(
            s, "duan_rate_limited_total", "Requests refused by a rate limit.",
            (double)rate_limits_refused(g->limits, (enum rate_limit_kind)kind),
            metrics_label("limit", str_of(rate_limits_name((enum rate_limit_kind)kind))));
}

struct request_metrics *request_metrics_create(struct gateway *g)
{
    struct metrics *all = g->deps.metrics;
    struct request_metrics *m = calloc(1, sizeof(*m) + gateway_route_count * sizeof(m->routes[0]));

    if (!m)
        abort();
    m->bytes_in = metrics_counter(all, "duan_http_received_bytes_total", "Bytes of bodies in.");
    m->bytes_out = metrics_counter(all, "duan_http_sent_bytes_total", "Bytes of bodies out.");
    m->other = series_of(all, STR("none"), "any");
    for (size_t i = 0; i < gateway_route_count; i++)
        m->routes[i] =
            series_of(all, gateway_routes[i].path, http_method_names[gateway_routes[i].method]);
    metrics_collect(all, sample, g);
    return m;
}

void request_metrics_destroy(struct request_metrics *m)
{
    free(m);
}

static void log_request(struct gateway *g, struct ctx *c, const struct http_done *done)
{
    enum log_level level =
        done->status / CLASS_SIZE == ERROR_CLASS ? LOG_LEVEL_WARN : LOG_LEVEL_DEBUG;

    if (!log_enabled(g->deps.log, level))
        return;
    log_event(g->deps.log, level, c, "request",
              log_str("http.request.method", str_of(http_method_names[done->method])),
              log_str("url.path", done->path), log_str("client.ip", done->peer),
              log_str("user_agent.original", done->user_agent),
              log_int("http.response.status_code", done->status),
              log_int("http.response.body.bytes", done->bytes_out),
              log_int("event.duration", done->duration_ns));
}

void request_metrics_observe(void *gateway, struct ctx *c, const struct http_done *done)
{
    struct gateway *g = gateway;
    struct request_metrics *m = g->metrics;
    size_t class = (size_t)done->status / CLASS_SIZE;
    struct series *s = done->route ? &m->routes[done->route - gateway_routes] : &m->other;

    metrics_add(s->requests[class < CLASSES ? class : 0], 1);
    if (!done->lasted)
        metrics_observe(s->seconds, done->duration_ns);
    metrics_add(m->bytes_in, (uint64_t)done->bytes_in);
    metrics_add(m->bytes_out, (uint64_t)done->bytes_out);
    log_request(g, c, done);
}
