/* A gateway whose services are elsewhere, for its tests: calls are counted, and services go away.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LOOK_FIXTURE_H
#define LOOK_FIXTURE_H

#include "api.h"
#include "gateway_parts.h"
#include "world.h"

enum { LOOK_PARAMS_MAX = 8 };

/* What was sent, on the way to all services. A round begins with the first call after a wait. */
struct traffic {
    size_t calls, rounds;
    bool waited;
    const char *last; /* path of the method that was called last */
};

/* The way to one service. */
struct way {
    struct api_transport inner;
    struct traffic *traffic;
    bool away;
};

struct look_fixture {
    struct world *w;
    struct ctx c; /* of one request; its arena is the world's */
    struct traffic traffic;
    struct way user, video, favorite, comment, relation, message, notice;
    struct services stubs;
    struct metrics *metrics;
    struct log *log;
    int null;
    struct gateway *g;
};

int look_setup(void **state);
int look_teardown(void **state);
#define LOOK_TEST(fn) cmocka_unit_test_setup_teardown(fn, look_setup, look_teardown)

/* What is asked: a row of the route table, and parameters by name and value, NULL at the end. */
struct asked {
    const char *route;
    int64_t rest; /* the id in the path; 0: none */
    const char *params[LOOK_PARAMS_MAX];
};

/* As the server would where everything may wait. Token "": nobody; that of look_browser() goes
 * where a browser puts it. */
struct err *look_ask(struct look_fixture *f, const struct asked *asked, struct str token,
                     struct http_reply *reply);

const struct http_route *look_route(const char *path);
/* What the browser holds in which that user is signed in, at that version of his sessions. */
struct str look_browser(struct look_fixture *f, int64_t user, int64_t session);
struct str look_token(struct look_fixture *f, int64_t user, int64_t session);

/* How often a text holds another. */
size_t look_count(struct str text, const char *part);

#define assert_shows(reply, part) assert_true(look_count((reply).body, (part)) > 0)
#define assert_lacks(reply, part) assert_int_equal(look_count((reply).body, (part)), 0)

#endif
