/* What tests of etcd's clients share: a store, keys of their own in it, and its compaction. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ETCD_FIXTURE_H
#define ETCD_FIXTURE_H

#include <stdio.h>
#include <unistd.h>

#include "etcd.h"
#include "eventually.h"
#include "fixture.h"
#include "rpc_channel.h"
#include "test.h"

/* HOST:PORT of an etcd that tests may use; NULL: there is none. */
static inline const char *test_etcd(void)
{
    return getenv("DUAN_TEST_ETCD");
}

/* For main(), when that is missing: a TAP plan of nothing, with the reason. */
static inline int skip_all(const char *why)
{
    printf("1..0 # SKIP %s\n", why);
    return 0;
}

/* A prefix that no other test has: "/test/PID/NUMBER". */
static inline struct str own_prefix(struct arena *a)
{
    static int number;

    return arena_str(a, "/test/%ld/%lld/%d", (long)getpid(), (long long)clock_wall_ms(), ++number);
}

static inline struct etcd *etcd_opened(struct ctx *c, const char *endpoints)
{
    struct etcd_options options = etcd_defaults;
    struct etcd *e;

    options.endpoints = str_of(endpoints);
    assert_ok(c, etcd_open(c, &options, &e));
    return e;
}

static inline int64_t revision_now(struct etcd *e, struct ctx *c)
{
    struct etcd_query any = {.prefix = STR("/"), .limit = 1};
    struct etcd_found found;

    assert_ok(c, etcd_find(e, c, &any, &found));
    return found.revision;
}

/* History before `revision` goes: CompactionRequest{revision}. */
static inline void compact(struct ctx *c, const char *endpoint, int64_t revision)
{
    struct rpc_channel_options options = rpc_channel_defaults;
    struct etcd_lease_revoke_req same_bytes = {.id = revision}; /* field 1, int64 */
    struct str answer;

    options.address = str_of(endpoint);
    struct rpc_channel *channel = rpc_channel_create(&options);
    struct str bytes = codec_encode(c, &etcd_lease_revoke_req_type, &same_bytes);

    assert_ok(c,
              rpc_finish(rpc_begin(channel, c, "/etcdserverpb.KV/Compact", bytes), &answer, NULL));
    rpc_channel_destroy(channel);
}

#endif
