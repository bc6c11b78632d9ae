/* Threads of a test that do the same at once, each with a context of its own. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CREW_H
#define CREW_H

#include <pthread.h>
#include <stdio.h>

#include "test.h"

enum { CREW_MAX = 16 };

/* Called with the number of the one who does it, from 0. What it says goes to the test. */
typedef struct err *crew_work(void *self, struct ctx *c, int number);

struct crew_member {
    crew_work *work;
    void *self;
    int number;
    pthread_barrier_t *start;
    pthread_t thread;
    enum err_code code; /* 0: it went well */
};

static inline void *crew_member_run(void *arg)
{
    struct crew_member *m = arg;
    struct arena arena = {0};
    struct ctx c = {.arena = &arena};

    (void)pthread_barrier_wait(m->start);
    struct err *e = m->work(m->self, &c, m->number);

    m->code = e ? e->code : 0;
    if (e)
        (void)fprintf(stderr, "member %d: %s\n", m->number, err_text(&c, e));
    arena_fini(&arena);
    return NULL;
}

/* `count` of them at once; returns how many failed. */
static inline int crew_run(crew_work *work, void *self, int count)
{
    struct crew_member members[CREW_MAX];
    pthread_barrier_t start;
    int failed = 0;

    assert_true(count <= CREW_MAX);
    assert_int_equal(pthread_barrier_init(&start, NULL, (unsigned)count), 0);
    for (int i = 0; i < count; i++) {
        members[i] = (struct crew_member){.work = work, .self = self, .number = i, .start = &start};
        assert_int_equal(pthread_create(&members[i].thread, NULL, crew_member_run, &members[i]), 0);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(members[i].thread, NULL);
        failed += members[i].code != 0;
    }
    pthread_barrier_destroy(&start);
    return failed;
}

#endif
