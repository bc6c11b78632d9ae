/* Instances of the tests' own service, each on a server of its own, and a stub that reaches them.
 */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PEERS_FIXTURE_H
#define PEERS_FIXTURE_H

#include <pthread.h>
#include <stdatomic.h>

#include "eventually.h"
#include "fixture.h"
#include "kit_api.h"
#include "kit_api_stub.h"
#include "rpc_peers.h"
#include "rpc_role.h"
#include "rpc_server.h"
#include "test.h"

enum { INSTANCES = 4 };

/* One instance, and how it behaves. */
struct instance {
    struct kit_api base;
    struct rpc_server *server; /* NULL: it is down */
    struct rpc_role *role;
    struct str address;
    _Atomic int calls, writes;   /* writes: those that may not be sent twice */
    _Atomic int waiting;         /* held up now */
    _Atomic bool garbles;        /* echo answers what is no text */
    _Atomic bool held;           /* calls wait while it is true */
    _Atomic int slow_ms, fails;  /* fails: with this code; 0: not */
    const char *reason;          /* of failures */
    _Atomic int64_t deadline_ns; /* of the last call */
};

struct peers_fixture {
    struct arena arena;
    struct ctx ctx;
    struct instance at[INSTANCES];
    struct rpc_peers_options options;
    struct rpc_peers *peers;
    struct kit_api *stub;
};

/* On the port that it had before, if it had one. */
void instance_start(struct peers_fixture *f, struct instance *it);
void instance_stop(struct instance *it);

/* The first `count` instances are those of the service. */
void peers_use(struct peers_fixture *f, size_t count);

/* With f->options as they are now; nothing is known of any instance any more. */
void peers_renew(struct peers_fixture *f, size_t count);

int peers_setup(void **state);
int peers_teardown(void **state);
#define PEERS_TEST(fn) cmocka_unit_test_setup_teardown(fn, peers_setup, peers_teardown)

/* A read: its method has no side effects. */
struct err *peers_read(struct peers_fixture *f);

/* A write: its method may not be sent twice. */
struct err *peers_write(struct peers_fixture *f);

/* A call failed because nobody is there. */
void peers_assert_down(const struct err *e);

/* Threads that read, each on its own, as often as told, or until an instance is ejected. */
struct peers_caller {
    struct peers_fixture *f;
    pthread_t thread;
    int calls, most; /* most 0: until an ejection */
};
void peers_callers_start(struct peers_fixture *f, struct peers_caller *callers, size_t count,
                         int most);
void peers_callers_join(struct peers_caller *callers, size_t count);

#endif
