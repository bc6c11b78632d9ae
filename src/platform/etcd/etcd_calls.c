/* etcd's calls: keys and leases. Each is one message there and one back. */
/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "etcd_impl.h"

enum { BY_CREATION = 2, DESCENDING = 2, COMPARE_CREATION = 1 }; /* of etcd's enums */

struct method {
    const char *path;
    const struct codec_type *req, *resp;
    bool is_stream;
};

static const struct method range = {"/etcdserverpb.KV/Range", &etcd_range_req_type,
                                    &etcd_range_resp_type, false};
static const struct method put = {"/etcdserverpb.KV/Put", &etcd_put_req_type, &etcd_put_resp_type,
                                  false};
static const struct method delete_range = {"/etcdserverpb.KV/DeleteRange", &etcd_delete_req_type,
                                           &etcd_delete_resp_type, false};
static const struct method txn = {"/etcdserverpb.KV/Txn", &etcd_txn_req_type, &etcd_txn_resp_type,
                                  false};
static const struct method grant = {"/etcdserverpb.Lease/LeaseGrant", &etcd_lease_grant_req_type,
                                    &etcd_lease_grant_resp_type, false};
static const struct method keep_alive = {"/etcdserverpb.Lease/LeaseKeepAlive",
                                         &etcd_keep_alive_req_type, &etcd_keep_alive_resp_type,
                                         true};
static const struct method revoke = {"/etcdserverpb.Lease/LeaseRevoke", &etcd_lease_revoke_req_type,
                                     &etcd_lease_revoke_resp_type, false};

/* ---- asking ---- */

struct question {
    const struct method *method;
    struct str req, resp;
};

/* A stream of which one answer is wanted. */
static struct err *ask_stream(struct question *q, struct ctx *c, struct rpc_channel *endpoint)
{
    struct rpc_stream *stream;

    TRY(rpc_stream_open(endpoint, c, q->method->path, &stream));
    struct err *failure = rpc_stream_send(stream, c, q->req);

    if (!failure)
        failure = rpc_stream_receive(stream, c, &q->resp);
    rpc_stream_close(stream);
    return failure;
}

static struct err *ask(void *self, struct ctx *c, struct etcd *e, size_t at)
{
    struct rpc_channel *endpoint = e->endpoints[at];
    struct question *q = self;

    if (q->method->is_stream)
        return ask_stream(q, c, endpoint);
    return rpc_finish(rpc_begin(endpoint, c, q->method->path, q->req), &q->resp, NULL);
}

static struct err *call(struct etcd *e, struct ctx *c, const struct method *method, const void *req,
                        void *resp)
{
    struct question q = {.method = method, .req = codec_encode(c, method->req, req)};

    TRY(etcd_each(e, c, ask, &q));
    struct err *wrong = codec_decode(c, method->resp, q.resp, resp);

    if (!wrong)
        return NULL;
    return err_new(c, ERR_INTERNAL, "what %s answers cannot be read: %s", method->path,
                   err_text(c, wrong));
}

static int64_t revision_of(const struct etcd_header *header)
{
    return header ? header->revision : 0;
}

/* ---- keys ---- */

struct err *etcd_find(struct etcd *e, struct ctx *c, const struct etcd_query *query,
                      struct etcd_found *found)
{
    struct etcd_range_req req = {
        .key = query->prefix,
        .range_end = etcd_prefix_end(c, query->prefix),
        .limit = query->limit,
        .sort_order = query->newest_first ? DESCENDING : 0,
        .sort_target = query->newest_first ? BY_CREATION : 0,
        .max_create_revision = query->created_at_most,
    };
    struct etcd_range_resp resp = {0};

    TRY(call(e, c, &range, &req, &resp));
    *found = (struct etcd_found){resp.kvs, revision_of(resp.header), resp.more};
    return NULL;
}

struct err *etcd_put(struct etcd *e, struct ctx *c, const struct etcd_kv *kv)
{
    struct etcd_put_req req = {.key = kv->key, .value = kv->value, .lease = kv->lease};
    struct etcd_put_resp resp = {0};

    return call(e, c, &put, &req, &resp);
}

/* What a refused creation found in its place. */
static const struct etcd_kv *found_instead(const struct etcd_txn_resp *resp)
{
    const struct etcd_range_resp *found =
        resp->responses.count > 0 ? resp->responses.at[0].response_range : NULL;

    return found && found->kvs.count > 0 ? &found->kvs.at[0] : NULL;
}

struct err *etcd_create(struct etcd *e, struct ctx *c, const struct etcd_kv *kv, int64_t *revision)
{
    struct etcd_compare absent = {
        .target = COMPARE_CREATION, .key = kv->key, .has_create_revision = true};
    struct etcd_put_req make = {.key = kv->key, .value = kv->value, .lease = kv->lease};
    struct etcd_range_req look = {.key = kv->key};
    struct etcd_request_op then = {.request_put = &make}, otherwise = {.request_range = &look};
    struct etcd_txn_req req = {{&absent, 1}, {&then, 1}, {&otherwise, 1}};
    struct etcd_txn_resp resp = {0};

    TRY(call(e, c, &txn, &req, &resp));
    const struct etcd_kv *other = resp.succeeded ? NULL : found_instead(&resp);

    if (!resp.succeeded && (!other || !kv->lease || other->lease != kv->lease))
        return err_new(c, ERR_EXISTS, "etcd has the key " STR_FMT, STR_ARG(kv->key));
    *revision = other ? other->create_revision : revision_of(resp.header);
    return NULL;
}

struct err *etcd_delete(struct etcd *e, struct ctx *c, struct str key)
{
    struct etcd_delete_req req = {.key = key};
    struct etcd_delete_resp resp = {0};

    return call(e, c, &delete_range, &req, &resp);
}

/* ---- leases ---- */

struct err *etcd_grant(struct etcd *e, struct ctx *c, int64_t ttl_s, struct etcd_lease *out)
{
    struct etcd_lease_grant_req req = {.ttl = ttl_s};
    struct etcd_lease_grant_resp resp = {0};

    TRY(call(e, c, &grant, &req, &resp));
    if (!resp.id)
        return err_new(c, ERR_UNAVAILABLE, "etcd grants no lease: " STR_FMT, STR_ARG(resp.error));
    *out = (struct etcd_lease){resp.id, resp.ttl};
    return NULL;
}

struct err *etcd_renew(struct etcd *e, struct ctx *c, int64_t lease)
{
    struct etcd_keep_alive_req req = {.id = lease};
    struct etcd_keep_alive_resp resp = {0};

    TRY(call(e, c, &keep_alive, &req, &resp));
    if (resp.ttl <= 0)
        return err_new(c, ERR_NOT_FOUND, "the lease %" PRIx64 " is over", (uint64_t)lease);
    return NULL;
}

struct err *etcd_revoke(struct etcd *e, struct ctx *c, int64_t lease)
{
    struct etcd_lease_revoke_req req = {.id = lease};
    struct etcd_lease_revoke_resp resp = {0};
    struct err *failure = call(e, c, &revoke, &req, &resp);

    return failure && failure->code == ERR_NOT_FOUND ? NULL : failure;
}
