/* The S3 client: a pool of libcurl handles, and one request from signature to reply. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "s3_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "blob.h"
#include "clock.h"
#include "s3_transfer.h"
#include "s3_xml.h"

enum { PAUSE_FIRST_MS = 50, PAUSE_MAX_MS = 2000, BUCKET_MAX = 63, NOT_THERE = 404, NOT_THAT = 412 };

struct s3_client {
    struct s3_place place;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t freed; /* a handle */
    pthread_cond_t stopped;
    CURL *idle[S3_CONNECTIONS_MAX];
    size_t idle_count, made, max;
    atomic_bool stopping; /* transfers under way look at it without the lock */
    struct s3_stats stats;
};

/* ---- handles: each keeps its connection ---- */

static struct timespec timespec_of(int64_t ns)
{
    return (struct timespec){ns / CLOCK_NS_PER_S, ns % CLOCK_NS_PER_S};
}

/* NULL: none by then. */
static CURL *take(struct s3_client *s, int64_t deadline_ns)
{
    struct timespec until = timespec_of(deadline_ns ? deadline_ns : INT64_MAX);
    CURL *handle = NULL;

    pthread_mutex_lock(&s->lock);
    while (!s->idle_count && s->made == s->max && !s->stopping)
        if (pthread_cond_timedwait(&s->freed, &s->lock, &until) != 0)
            break;
    if (s->idle_count) {
        handle = s->idle[--s->idle_count];
    } else if (s->made < s->max) {
        s->made++;
        handle = curl_easy_init();
        if (!handle)
            abort();
    }
    pthread_mutex_unlock(&s->lock);
    return handle;
}

static void give(struct s3_client *s, CURL *handle)
{
    pthread_mutex_lock(&s->lock);
    s->idle[s->idle_count++] = handle;
    pthread_mutex_unlock(&s->lock);
    pthread_cond_signal(&s->freed);
}

/* ---- again and again ---- */

/* What another try may mend: the store is busy, starting, or was not reached. */
static bool is_passing(const struct s3_outcome *o)
{
    static const int passing[] = {0, 429, 500, 502, 503, 504};

    for (size_t i = 0; i < COUNT(passing); i++)
        if (o->reply.status == passing[i])
            return true;
    return o->broken;
}

/* Between half and all of it: those who failed together do not come back together. */
static int64_t pause_ns(int attempt)
{
    int64_t ms = PAUSE_FIRST_MS << (attempt < 6 ? attempt : 6);
    int64_t most = (ms < PAUSE_MAX_MS ? ms : PAUSE_MAX_MS) * CLOCK_NS_PER_MS;

    return most / 2 + clock_monotonic_ns() % (most / 2 + 1);
}

/* False: the time is over, or the process is about to end. */
static bool wait_a_little(struct s3_client *s, const struct ctx *c, int tried)
{
    int64_t wake_ns = clock_monotonic_ns() + pause_ns(tried);
    struct timespec wake = timespec_of(wake_ns);

    if (tried + 1 == S3_TRIES_MAX || (c->deadline_ns && wake_ns >= c->deadline_ns))
        return false;
    pthread_mutex_lock(&s->lock);
    s->stats.retries++;
    while (!s->stopping)
        if (pthread_cond_timedwait(&s->stopped, &s->lock, &wake) != 0)
            break;
    bool go_on = !s->stopping;

    pthread_mutex_unlock(&s->lock);
    return go_on;
}

static struct err *no_handle(struct s3_client *s, struct ctx *c)
{
    return s->stopping ? err_new(c, ERR_CANCELLED, "stopping")
                       : err_new(c, ERR_TIMEOUT, "no connection to the object store was free");
}

static struct err *attempt(struct s3_client *s, struct ctx *c, const struct s3_request *req,
                           struct s3_outcome *out)
{
    CURL *handle = take(s, c->deadline_ns);

    if (!handle)
        return no_handle(s, c);
    s3_transfer(handle, c, &s->place, req, req->cleans_up ? NULL : &s->stopping, out);
    give(s, handle);
    return NULL;
}

/* ---- what it means ---- */

static bool is_success(const struct s3_outcome *o)
{
    return !o->broken && o->reply.status >= 200 && o->reply.status < 300;
}

static struct err *broken(struct ctx *c, struct str what, const char *how)
{
    if (c->deadline_ns && clock_monotonic_ns() >= c->deadline_ns)
        return err_new(c, ERR_TIMEOUT, STR_FMT ": %s", STR_ARG(what), how);
    return err_reason(c, ERR_UNAVAILABLE, BLOB_STORE_AWAY, STR_FMT ": %s", STR_ARG(what), how);
}

static struct err *refusal(struct ctx *c, struct str what, const struct s3_outcome *o)
{
    struct str word = s3_xml_text(o->reply.body, STR("Code"));

    if (o->reply.status == NOT_THERE && !str_eq(word, STR("NoSuchBucket")))
        return err_new(c, ERR_NOT_FOUND, "no object of that name");
    if (o->reply.status == NOT_THAT)
        return err_new(c, ERR_ABORTED, STR_FMT ": it has been replaced", STR_ARG(what));
    return err_reason(c, ERR_UNAVAILABLE, is_passing(o) ? BLOB_STORE_AWAY : "store_refused",
                      STR_FMT ": the object store answers %d " STR_FMT, STR_ARG(what),
                      o->reply.status, STR_ARG(word));
}

/* Keys are public, what stands in queries is not: it is left out. */
static struct err *failure(const struct s3_client *s, struct ctx *c, const struct s3_request *req,
                           const struct s3_outcome *o)
{
    struct str what = arena_str(c->arena, "%s " STR_FMT, req->method, STR_ARG(req->key));

    if (s->stopping && !req->cleans_up)
        return err_new(c, ERR_CANCELLED, "stopping");
    return o->broken ? broken(c, what, o->broken) : refusal(c, what, o);
}

static void count(struct s3_client *s, bool failed)
{
    pthread_mutex_lock(&s->lock);
    s->stats.requests++;
    s->stats.failures += failed;
    pthread_mutex_unlock(&s->lock);
}

struct err *s3_send(struct s3_client *s, struct ctx *c, const struct s3_request *req,
                    struct s3_reply *out)
{
    struct s3_outcome o = {0};
    int tried = 0;

    do {
        TRY(attempt(s, c, req, &o));
    } while (!o.ours && !is_success(&o) && is_passing(&o) && wait_a_little(s, c, tried++));
    count(s, !is_success(&o) && o.reply.status != NOT_THERE && o.reply.status != NOT_THAT);
    if (o.ours)
        return o.ours;
    if (!is_success(&o))
        return failure(s, c, req, &o);
    *out = o.reply;
    return NULL;
}

/* ---- life ---- */

static bool is_bucket(struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", name.ptr[i]))
            return false;
    return name.len >= 3 && name.len <= BUCKET_MAX;
}

static struct err *check(struct ctx *c, const struct s3_options *o)
{
    bool http = str_starts(o->endpoint, STR("http://")),
         https = str_starts(o->endpoint, STR("https://"));
    struct str host = str_from(o->endpoint, https ? 8 : 7);

    if ((!http && !https) || !host.len || memchr(host.ptr, '/', host.len) ||
        memchr(host.ptr, '@', host.len))
        return err_new(c, ERR_INVALID,
                       "the endpoint of an object store is http://HOST:PORT or https://HOST");
    if (!is_bucket(o->bucket))
        return err_new(c, ERR_INVALID, "\"" STR_FMT "\" cannot be the name of a bucket",
                       STR_ARG(o->bucket));
    if (!o->region.len || !o->access_key.len || !o->secret_key.len)
        return err_new(c, ERR_INVALID,
                       "an object store needs a region, an access key and a secret");
    return NULL;
}

struct err *s3_client_create(struct ctx *c, const struct s3_options *options,
                             struct s3_client **out)
{
    TRY(check(c, options));
    struct s3_client *s = calloc(1, sizeof(*s));
    pthread_condattr_t attr;

    if (!s || curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK ||
        pthread_mutex_init(&s->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&s->freed, &attr) != 0 || pthread_cond_init(&s->stopped, &attr) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    s->max = options->connections && options->connections < S3_CONNECTIONS_MAX
                 ? options->connections
                 : S3_CONNECTIONS_MAX;
    s3_place_init(&s->place, options);
    *out = s;
    return NULL;
}

void s3_client_stop(struct s3_client *s)
{
    pthread_mutex_lock(&s->lock);
    s->stopping = true;
    pthread_mutex_unlock(&s->lock);
    pthread_cond_broadcast(&s->freed);
    pthread_cond_broadcast(&s->stopped);
}

void s3_client_destroy(struct s3_client *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->idle_count; i++)
        curl_easy_cleanup(s->idle[i]);
    s3_place_fini(&s->place);
    pthread_cond_destroy(&s->freed);
    pthread_cond_destroy(&s->stopped);
    pthread_mutex_destroy(&s->lock);
    curl_global_cleanup();
    free(s);
}

struct s3_stats s3_client_stats(struct s3_client *s)
{
    pthread_mutex_lock(&s->lock);
    struct s3_stats stats = s->stats;

    pthread_mutex_unlock(&s->lock);
    return stats;
}

struct str s3_client_origin(struct s3_client *s)
{
    return str_of(s->place.origin);
}

struct str s3_presign(struct s3_client *s, struct arena *a, struct str key, const char *type,
                      int64_t signed_at, int valid_s)
{
    const struct s3_grant grant = {key, type, signed_at, valid_s};

    return s3_place_presign(&s->place, a, &grant);
}
