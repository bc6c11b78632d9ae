/* Two segments of each kind: the one in use, and the next. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "id_segments.h"

#include <pthread.h>
#include <stdlib.h>

#include "clock.h"

enum { KINDS_MAX = 16, KIND_BYTES = 32, COUNT_MIN = 4, COUNT_MAX = 1 << 20 };

/* Fetched sooner than this after the one before: the next is twice as large; later: half. */
static const int64_t SHORT_S = 30, LONG_S = 120;

struct kind {
    char name[KIND_BYTES + 1];
    struct id_segment now, next; /* empty: from > to */
    int64_t count;               /* of the next one to be fetched */
    int64_t fetched_ns;
    bool fetching;
};

struct id_segments {
    id_fetch *fetch;
    void *self;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t fetched;
    struct kind kinds[KINDS_MAX];
    size_t count;
};

struct id_segments *id_segments_create(id_fetch *fetch, void *self)
{
    struct id_segments *s = calloc(1, sizeof(*s));

    if (!s || pthread_mutex_init(&s->lock, NULL) != 0 || pthread_cond_init(&s->fetched, NULL) != 0)
        abort();
    s->fetch = fetch;
    s->self = self;
    return s;
}

void id_segments_destroy(struct id_segments *s)
{
    if (!s)
        return;
    pthread_cond_destroy(&s->fetched);
    pthread_mutex_destroy(&s->lock);
    free(s);
}

static bool is_empty(struct id_segment segment)
{
    return segment.from > segment.to;
}

static struct kind *kind_of(struct id_segments *s, struct str name)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(str_of(s->kinds[i].name), name))
            return &s->kinds[i];
    if (s->count == KINDS_MAX || name.len > KIND_BYTES)
        abort(); /* kinds are literals of the code */
    struct kind *k = &s->kinds[s->count++];

    memcpy(k->name, name.ptr, name.len);
    k->count = COUNT_MIN;
    k->now = k->next = (struct id_segment){1, 0};
    return k;
}

/* About a minute's need. */
static void adapt(struct kind *k)
{
    int64_t now = clock_monotonic_ns(), lasted = (now - k->fetched_ns) / CLOCK_NS_PER_S;

    if (k->fetched_ns && lasted < SHORT_S && k->count < COUNT_MAX)
        k->count *= 2;
    if (k->fetched_ns && lasted > LONG_S && k->count > COUNT_MIN)
        k->count /= 2;
    k->fetched_ns = now;
}

/* The mutex is let go while the table is asked: others use what is left. */
static struct err *fetch(struct id_segments *s, struct ctx *c, struct kind *k)
{
    struct id_segment got;

    k->fetching = true;
    adapt(k);
    int64_t count = k->count;

    pthread_mutex_unlock(&s->lock);
    struct err *e = s->fetch(s->self, c, str_of(k->name), count, &got);

    pthread_mutex_lock(&s->lock);
    k->fetching = false;
    if (!e)
        *(is_empty(k->now) ? &k->now : &k->next) = got;
    pthread_cond_broadcast(&s->fetched);
    return e;
}

/* Fetches when nothing is left, or when it is time to; waits when somebody else fetches all. */
static struct err *provide(struct id_segments *s, struct ctx *c, struct kind *k)
{
    while (is_empty(k->now)) {
        if (!is_empty(k->next)) {
            k->now = k->next;
            k->next = (struct id_segment){1, 0};
        } else if (k->fetching) {
            pthread_cond_wait(&s->fetched, &s->lock);
        } else {
            TRY(fetch(s, c, k));
        }
    }
    return NULL;
}

/* A failure here is no failure of the one who looks ahead. */
static void look_ahead(struct id_segments *s, struct ctx *c, struct kind *k)
{
    if (k->fetching || !is_empty(k->next) || k->now.to - k->now.from >= k->count / 2)
        return;
    struct err *e = fetch(s, c, k);

    (void)e;
}

struct err *id_segments_next(struct id_segments *s, struct ctx *c, struct str kind, int64_t *out)
{
    pthread_mutex_lock(&s->lock);
    struct kind *k = kind_of(s, kind);
    struct err *e = provide(s, c, k);

    if (!e) {
        *out = k->now.from++;
        look_ahead(s, c, k);
    }
    pthread_mutex_unlock(&s->lock);
    return e;
}
