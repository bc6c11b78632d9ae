/* The near cache's map: chained buckets and a list by age, in each shard. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "near_table.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "id_set.h"

/* One entry a kilobyte of the limit gives chains of about two. */
enum { SHARDS = 64, BYTES_PER_BUCKET = 1024, BUCKETS_MIN = 16 };

struct entry {
    struct near_key key;
    struct entry *chain;         /* of its bucket */
    struct entry *newer, *older; /* by when it came, or was last spared */
    void *value;
    size_t size; /* of the value, as its owner counts it */
    bool used; /* read since then: writing that down here costs less than moving it to the front */
};

struct shard {
    pthread_mutex_t lock; /* of all of it */
    struct entry **buckets;
    struct entry *newest, *oldest;
    uint64_t version, hits, misses, evicted, stale;
    size_t count;
};

struct near_table {
    void (*free_value)(void *value);
    size_t bucket_count; /* of one shard */
    size_t bytes_max;
    _Atomic size_t bytes; /* of all shards */
    struct shard shards[SHARDS];
};

static uint64_t hash(struct near_key key)
{
    return id_hash((int64_t)(id_hash(key.a) + (uint64_t)key.b));
}

static struct shard *shard_of(struct near_table *t, struct near_key key)
{
    return &t->shards[hash(key) >> 58];
}

static struct entry **bucket_of(struct near_table *t, struct shard *s, struct near_key key)
{
    return &s->buckets[(hash(key) >> 8) % t->bucket_count];
}

/* The link that points to the entry, or the end of the chain. */
static struct entry **find(struct near_table *t, struct shard *s, struct near_key key)
{
    struct entry **link = bucket_of(t, s, key);

    while (*link && ((*link)->key.a != key.a || (*link)->key.b != key.b))
        link = &(*link)->chain;
    return link;
}

static void list_remove(struct shard *s, struct entry *e)
{
    *(e->newer ? &e->newer->older : &s->newest) = e->older;
    *(e->older ? &e->older->newer : &s->oldest) = e->newer;
}

static void list_push(struct shard *s, struct entry *e)
{
    e->newer = NULL;
    e->older = s->newest;
    *(s->newest ? &s->newest->newer : &s->oldest) = e;
    s->newest = e;
}

static size_t bytes_of(const struct entry *e)
{
    return near_heap_bytes(sizeof(*e)) + near_heap_bytes(e->size);
}

static void drop(struct near_table *t, struct shard *s, struct entry *e)
{
    struct entry **link = bucket_of(t, s, e->key);

    while (*link != e)
        link = &(*link)->chain;
    *link = e->chain;
    list_remove(s, e);
    s->count--;
    atomic_fetch_sub(&t->bytes, bytes_of(e));
    t->free_value(e->value);
    free(e);
}

struct near_table *near_table_create(size_t bytes_max, void (*free_value)(void *value))
{
    struct near_table *t = calloc(1, sizeof(*t));

    if (!t)
        abort();
    t->free_value = free_value;
    t->bytes_max = bytes_max;
    t->bucket_count = bytes_max / SHARDS / BYTES_PER_BUCKET + BUCKETS_MIN;
    for (size_t i = 0; i < SHARDS; i++) {
        t->shards[i].buckets = calloc(t->bucket_count, sizeof(struct entry *));
        if (!t->shards[i].buckets || pthread_mutex_init(&t->shards[i].lock, NULL) != 0)
            abort();
    }
    return t;
}

void near_table_destroy(struct near_table *t)
{
    if (!t)
        return;
    near_table_clear(t);
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &t->shards[i];

        pthread_mutex_destroy(&s->lock);
        free(s->buckets);
    }
    free(t);
}

bool near_table_read(struct near_table *t, struct near_key key, void (*fn)(void *arg, void *value),
                     void *arg)
{
    struct shard *s = shard_of(t, key);

    pthread_mutex_lock(&s->lock);
    struct entry *e = *find(t, s, key);

    if (e) {
        s->hits++;
        e->used = true;
        fn(arg, e->value);
    } else {
        s->misses++;
    }
    pthread_mutex_unlock(&s->lock);
    return e != NULL;
}

uint64_t near_table_version(struct near_table *t, struct near_key key)
{
    struct shard *s = shard_of(t, key);

    pthread_mutex_lock(&s->lock);
    uint64_t version = s->version;

    pthread_mutex_unlock(&s->lock);
    return version;
}

static bool is_over(struct near_table *t)
{
    return atomic_load(&t->bytes) > t->bytes_max;
}

/* The oldest goes; what was read since it came is spared, once for all that. */
static void drop_oldest(struct near_table *t, struct shard *s, const struct entry *added)
{
    struct entry *e = s->oldest;

    if (e != added && !e->used) {
        drop(t, s, e);
        s->evicted++;
        return;
    }
    e->used = false;
    list_remove(s, e);
    list_push(s, e);
}

/* The shard that grew gives first, but not what was added; a large one may cost its neighbours. */
static void evict(struct near_table *t, const struct shard *grown, const struct entry *added)
{
    size_t first = (size_t)(grown - t->shards);

    for (size_t i = 0; i < SHARDS && is_over(t); i++) {
        struct shard *s = &t->shards[(first + i) % SHARDS];

        pthread_mutex_lock(&s->lock);
        while (is_over(t) && s->oldest && (s != grown || s->oldest != s->newest))
            drop_oldest(t, s, added);
        pthread_mutex_unlock(&s->lock);
    }
}

void near_table_add(struct near_table *t, struct near_key key, uint64_t version, void *value,
                    size_t size)
{
    struct shard *s = shard_of(t, key);
    struct entry *e = calloc(1, sizeof(*e));

    if (!e)
        abort();
    *e = (struct entry){.key = key, .value = value, .size = size};
    pthread_mutex_lock(&s->lock);
    struct entry **link = find(t, s, key);
    bool fresh = s->version == version;

    if (fresh) {
        if (*link)
            drop(t, s, *link); /* somebody else filled it too */
        struct entry **bucket = bucket_of(t, s, key);

        e->chain = *bucket;
        *bucket = e;
        list_push(s, e);
        s->count++;
        atomic_fetch_add(&t->bytes, bytes_of(e));
    } else {
        s->stale++;
        t->free_value(value);
        free(e);
        e = NULL;
    }
    pthread_mutex_unlock(&s->lock);
    evict(t, s, e);
}

static void change(struct near_table *t, struct shard *s, struct entry *e,
                   size_t (*fn)(void *arg, void *value, size_t size), void *arg)
{
    size_t size = fn ? fn(arg, e->value, e->size) : 0;

    if (!size) {
        drop(t, s, e);
        return;
    }
    size_t before = bytes_of(e);

    e->size = size;
    atomic_fetch_add(&t->bytes, bytes_of(e) - before); /* wraps when it shrank, and is right */
}

void near_table_change(struct near_table *t, struct near_key key,
                       size_t (*fn)(void *arg, void *value, size_t size), void *arg)
{
    struct shard *s = shard_of(t, key);

    pthread_mutex_lock(&s->lock);
    struct entry *e = *find(t, s, key);

    s->version++;
    if (e)
        change(t, s, e, fn, arg);
    pthread_mutex_unlock(&s->lock);
    evict(t, s, NULL);
}

void near_table_clear(struct near_table *t)
{
    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &t->shards[i];

        pthread_mutex_lock(&s->lock);
        s->version++;
        while (s->oldest)
            drop(t, s, s->oldest);
        pthread_mutex_unlock(&s->lock);
    }
}

struct near_table_stats near_table_stats(struct near_table *t)
{
    struct near_table_stats sum = {.bytes = atomic_load(&t->bytes)};

    for (size_t i = 0; i < SHARDS; i++) {
        struct shard *s = &t->shards[i];

        pthread_mutex_lock(&s->lock);
        sum.hits += s->hits;
        sum.misses += s->misses;
        sum.evicted += s->evicted;
        sum.stale += s->stale;
        sum.count += s->count;
        pthread_mutex_unlock(&s->lock);
    }
    return sum;
}
