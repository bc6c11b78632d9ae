/* The cache of a store's objects: a table by key, a list by use, and threads that get slices. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "blob_cache.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "object_table.h"
#include "s3_get.h"

enum { LOOK_AGAIN_MS = 2000 };

/* A run of slices to get. */
struct errand {
    struct errand *next;
    struct cached_object *object; /* counted */
    size_t from, count;
};

struct blob_cache {
    struct s3_client *s; /* borrowed */
    char *folder;
    int64_t max;
    pthread_mutex_t lock; /* of all that follows, and of the objects */
    pthread_cond_t asked, arrived;
    struct object_table table;
    struct errand *first, **last;
    pthread_t getters[BLOB_CACHE_GETTERS];
    bool stopping;
};

struct cached_view {
    struct blob_view base; /* first */
    struct blob_cache *all;
    struct cached_object *object; /* counted */
    int64_t end;                  /* of the piece that was asked for */
    struct cached_waiter waiter;
};

/* ---- room ---- */

/* Without the lock: closing a large file takes its time. */
static void tidy(struct blob_cache *all)
{
    struct cached_object *unused;

    do {
        pthread_mutex_lock(&all->lock);
        unused = object_table_shrink(&all->table, all->max, BLOB_CACHE_FILES);
        pthread_mutex_unlock(&all->lock);
        cached_object_destroy(unused);
    } while (unused);
}

/* ---- getting ---- */

/* Under the lock. */
static void ask_for(struct blob_cache *all, struct cached_object *o, int64_t at, int64_t end,
                    bool again)
{
    size_t count = 0;
    size_t from = all->stopping ? 0 : cached_object_want(o, at, end, again, &count);

    if (!count)
        return;
    struct errand *errand = calloc(1, sizeof(*errand));

    if (!errand)
        abort();
    *errand = (struct errand){NULL, o, from, count};
    o->users++;
    *all->last = errand;
    all->last = &errand->next;
    pthread_cond_signal(&all->asked);
}

/* A view that waits is not closed, so its waiter is there until it has been called. */
static void wake_all(struct cached_waiter *ready)
{
    for (struct cached_waiter *next; ready; ready = next) {
        void (*wake)(void *) = ready->wake;
        void *arg = ready->arg;

        next = ready->next;
        ready->wake = NULL;
        wake(arg);
    }
}

struct run {
    struct blob_cache *all;
    const struct errand *errand;
};

static void on_arrival(void *self, int64_t bytes)
{
    const struct run *run = self;
    struct blob_cache *all = run->all;

    pthread_mutex_lock(&all->lock);
    all->table.bytes += cached_object_arrived(run->errand->object, run->errand->from, bytes);
    struct cached_waiter *ready = cached_object_ready(run->errand->object);

    pthread_mutex_unlock(&all->lock);
    pthread_cond_broadcast(&all->arrived);
    wake_all(ready);
}

static struct err *get_run(struct blob_cache *all, struct ctx *c, const struct errand *errand)
{
    const struct cached_object *o = errand->object;
    struct run run = {all, errand};
    int64_t first = (int64_t)errand->from * BLOB_CACHE_SLICE, left = o->info.size - first;
    int64_t whole = (int64_t)errand->count * BLOB_CACHE_SLICE;
    const struct s3_sink into = {
        .fd = o->fd,
        .offset = first,
        .length = whole < left ? whole : left,
        .arrived = on_arrival,
        .self = &run,
    };

    return s3_get_piece(all->s, c, str_of(o->key), str_of(o->etag), &into);
}

/* Whatever it was, an object of which a piece cannot be got is not handed out again as it is. */
static void end_errand(struct blob_cache *all, const struct errand *errand, bool failed)
{
    struct cached_object *o = errand->object;

    pthread_mutex_lock(&all->lock);
    if (failed)
        cached_object_failed(o, errand->from, errand->count);
    struct cached_waiter *ready = cached_object_ready(o);
    struct cached_object *unused = object_table_leave(&all->table, o);

    if (failed && o->is_kept)
        unused = object_table_drop(&all->table, o);
    pthread_mutex_unlock(&all->lock);
    pthread_cond_broadcast(&all->arrived);
    wake_all(ready);
    cached_object_destroy(unused);
    tidy(all);
}

/* NULL: the end has come. What was asked for before is still looked at, and fails quickly, because
 * the client has been stopped: so everybody who waits is woken. */
static struct errand *next_errand(struct blob_cache *all)
{
    pthread_mutex_lock(&all->lock);
    while (!all->first && !all->stopping)
        pthread_cond_wait(&all->asked, &all->lock);
    struct errand *errand = all->first;

    if (errand) {
        all->first = errand->next;
        if (!all->first)
            all->last = &all->first;
    }
    pthread_mutex_unlock(&all->lock);
    return errand;
}

static void *get_all(void *arg)
{
    struct blob_cache *all = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    (void)pthread_setname_np(pthread_self(), "store");
    for (struct errand *errand; (errand = next_errand(all)) != NULL;) {
        end_errand(all, errand, get_run(all, &c, errand) != NULL);
        free(errand);
        arena_reset(&arena);
    }
    arena_fini(&arena);
    return NULL;
}

/* ---- looking an object up ---- */

/* Counted for the caller; NULL: it is not here, or must be looked at again (*stale, counted). */
static struct cached_object *take(struct blob_cache *all, struct str key,
                                  struct cached_object **stale)
{
    int64_t now = clock_monotonic_ns();

    pthread_mutex_lock(&all->lock);
    struct cached_object *o = object_table_find(&all->table, key);

    *stale = NULL;
    if (o) {
        o->users++;
        object_table_touch(&all->table, o);
        if (now - o->checked_ns > BLOB_CACHE_FRESH_MS * (int64_t)CLOCK_NS_PER_MS) {
            o->checked_ns = now; /* one asks for all */
            *stale = o;
            o = NULL;
        }
    }
    pthread_mutex_unlock(&all->lock);
    return o;
}

static void give(struct blob_cache *all, struct cached_object *o)
{
    pthread_mutex_lock(&all->lock);
    struct cached_object *unused = object_table_leave(&all->table, o);

    pthread_mutex_unlock(&all->lock);
    cached_object_destroy(unused);
}

/* Counted for the caller; if another was quicker, it is his. */
static struct cached_object *add(struct blob_cache *all, struct cached_object *fresh)
{
    struct cached_object *old, *unused = NULL, *mine = fresh;

    pthread_mutex_lock(&all->lock);
    old = object_table_find(&all->table, str_of(fresh->key));
    if (old && old->info.version == fresh->info.version) {
        mine = old;
        unused = fresh;
    } else if (old) {
        unused = object_table_drop(&all->table, old);
    }
    mine->users++;
    mine->checked_ns = clock_monotonic_ns();
    if (!mine->is_kept)
        object_table_keep(&all->table, mine);
    pthread_mutex_unlock(&all->lock);
    cached_object_destroy(unused);
    tidy(all);
    return mine;
}

static struct err *make(struct blob_cache *all, struct ctx *c, struct str key,
                        const struct s3_reply *head, struct cached_object **out)
{
    int fd = blob_nameless_file(all->folder);

    if (fd < 0 || ftruncate(fd, head->length) != 0) {
        struct err *e = blob_failed(c, "make a file for", key);

        if (fd >= 0)
            close(fd);
        return e;
    }
    *out = add(all, cached_object_create(key, head, fd));
    return NULL;
}

static bool is_away(const struct err *e)
{
    return e->reason == BLOB_STORE_AWAY || e->code == ERR_TIMEOUT;
}

/* Is it still there, and the same? A store that does not say so at once is not waited for. */
static struct err *look_again(struct blob_cache *all, struct ctx *c, struct cached_object *old,
                              struct cached_object **out)
{
    struct str key = arena_copy(c->arena, str_of(old->key));
    struct ctx soon = *c;
    struct s3_reply head;

    soon.deadline_ns = clock_monotonic_ns() + LOOK_AGAIN_MS * (int64_t)CLOCK_NS_PER_MS;
    struct err *e = s3_get_head(all->s, &soon, key, &head);

    if ((!e && str_eq(head.etag, str_of(old->etag))) || (e && is_away(e))) {
        *out = old;
        return NULL;
    }
    blob_cache_forget(all, key);
    give(all, old);
    return e ? e : make(all, c, key, &head, out);
}

static struct err *look_up(struct blob_cache *all, struct ctx *c, struct str key,
                           struct cached_object **out)
{
    struct s3_reply head;
    struct cached_object *stale, *found = take(all, key, &stale);

    if (stale)
        return look_again(all, c, stale, out);
    if (found) {
        *out = found;
        return NULL;
    }
    TRY(s3_get_head(all->s, c, key, &head));
    return make(all, c, key, &head, out);
}

/* ---- views ---- */

static struct cached_view *of(struct blob_view *base)
{
    return (struct cached_view *)base;
}

static void view_close(struct blob_view *base)
{
    give(of(base)->all, of(base)->object);
    free(base);
}

/* Until its first byte is here. Under the lock. */
static struct err *wait_for_first(struct cached_view *v, struct ctx *c, int64_t first)
{
    struct timespec until = {c->deadline_ns / CLOCK_NS_PER_S, c->deadline_ns % CLOCK_NS_PER_S};
    struct blob_cache *all = v->all;
    int64_t ready;

    while ((ready = cached_object_readable(v->object, first)) == 0 && !all->stopping) {
        if (!c->deadline_ns)
            pthread_cond_wait(&all->arrived, &all->lock);
        else if (pthread_cond_timedwait(&all->arrived, &all->lock, &until) != 0)
            return err_reason(c, ERR_UNAVAILABLE, BLOB_STORE_AWAY,
                              "the object store did not answer in time");
    }
    return ready > 0 ? NULL
                     : err_reason(c, ERR_UNAVAILABLE, BLOB_STORE_AWAY,
                                  "the object could not be got from the store");
}

static struct err *view_ask(struct blob_view *base, struct ctx *c, int64_t first, int64_t length,
                            int *fd)
{
    struct cached_view *v = of(base);

    v->end = first + length;
    pthread_mutex_lock(&v->all->lock);
    ask_for(v->all, v->object, first, v->end, true);
    struct err *e = wait_for_first(v, c, first);
    bool whole = !e && cached_object_has(v->object, first, v->end);

    pthread_mutex_unlock(&v->all->lock);
    TRY(e);
    int copy = whole ? fcntl(v->object->fd, F_DUPFD_CLOEXEC, 0) : -1;

    if (whole && copy < 0)
        return blob_failed(c, "open", STR("an object"));
    *fd = copy;
    return NULL;
}

static int64_t view_read(struct blob_view *base, int64_t at, char *into, size_t room)
{
    struct cached_view *v = of(base);

    pthread_mutex_lock(&v->all->lock);
    int64_t here = at < v->end ? cached_object_readable(v->object, at) : -1;

    if (here >= 0)
        ask_for(v->all, v->object, at, v->end, false);
    if (here == 0 && v->all->stopping)
        here = -1;
    pthread_mutex_unlock(&v->all->lock);
    if (here <= 0)
        return here;
    int64_t left = v->end - at, most = here < left ? here : left;
    ssize_t got = pread(v->object->fd, into, (int64_t)room < most ? room : (size_t)most, at);

    return got > 0 ? got : -1;
}

static void view_wait(struct blob_view *base, int64_t at, void (*wake)(void *arg), void *arg)
{
    struct cached_view *v = of(base);

    struct cached_waiter *ready = &v->waiter;

    pthread_mutex_lock(&v->all->lock);
    v->waiter = (struct cached_waiter){.at = at, .wake = wake, .arg = arg};
    if (!v->all->stopping) { /* else nobody is left who would wake it */
        v->waiter.next = v->object->waiters;
        v->object->waiters = &v->waiter;
        ready = cached_object_ready(v->object);
    }
    pthread_mutex_unlock(&v->all->lock);
    wake_all(ready);
}

static const struct blob_view_ops view_ops = {view_close, view_ask, view_read, view_wait};

struct err *blob_cache_view(struct blob_cache *all, struct ctx *c, struct str key,
                            struct blob_view **out)
{
    struct cached_object *object = NULL;

    TRY(look_up(all, c, key, &object));
    assert(object);
    struct cached_view *v = calloc(1, sizeof(*v));

    if (!v)
        abort();
    *v = (struct cached_view){.base = {&view_ops, object->info}, .all = all, .object = object};
    *out = &v->base;
    return NULL;
}

/* ---- forgetting ---- */

void blob_cache_forget(struct blob_cache *all, struct str prefix)
{
    bool more;

    do {
        pthread_mutex_lock(&all->lock);
        struct cached_object *unused = object_table_drop_below(&all->table, prefix, &more);

        pthread_mutex_unlock(&all->lock);
        cached_object_destroy(unused);
    } while (more);
}

/* ---- life ---- */

struct blob_cache *blob_cache_create(struct s3_client *s, const char *folder, int64_t max)
{
    struct blob_cache *all = calloc(1, sizeof(*all));
    pthread_condattr_t attr;

    if (!all || pthread_mutex_init(&all->lock, NULL) != 0 || pthread_condattr_init(&attr) != 0 ||
        pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0 ||
        pthread_cond_init(&all->arrived, &attr) != 0 || pthread_cond_init(&all->asked, NULL) != 0)
        abort();
    pthread_condattr_destroy(&attr);
    all->s = s;
    all->folder = strdup(folder);
    all->max = max;
    all->last = &all->first;
    for (size_t i = 0; i < BLOB_CACHE_GETTERS; i++)
        if (!all->folder || pthread_create(&all->getters[i], NULL, get_all, all) != 0)
            abort();
    return all;
}

void blob_cache_stop(struct blob_cache *all)
{
    pthread_mutex_lock(&all->lock);
    all->stopping = true;
    pthread_mutex_unlock(&all->lock);
    pthread_cond_broadcast(&all->asked);
    pthread_cond_broadcast(&all->arrived);
}

void blob_cache_destroy(struct blob_cache *all)
{
    if (!all)
        return;
    blob_cache_stop(all);
    for (size_t i = 0; i < BLOB_CACHE_GETTERS; i++)
        pthread_join(all->getters[i], NULL);
    blob_cache_forget(all, (struct str){0});
    pthread_cond_destroy(&all->arrived);
    pthread_cond_destroy(&all->asked);
    pthread_mutex_destroy(&all->lock);
    free(all->folder);
    free(all);
}

int64_t blob_cache_bytes(struct blob_cache *all)
{
    pthread_mutex_lock(&all->lock);
    int64_t bytes = all->table.bytes;

    pthread_mutex_unlock(&all->lock);
    return bytes;
}
