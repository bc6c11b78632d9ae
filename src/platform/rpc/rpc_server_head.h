/* What the head of a request says, and whether it is one that we serve. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RPC_SERVER_HEAD_H
#define RPC_SERVER_HEAD_H

#include "rpc_server_call.h"

/* One header, of any name. The connection's lock is held. */
void rpc_server_head_take(struct rpc_server_call *call, struct str name, struct str value);

/* All headers are there. What fails is in the call's arena; call->http is set when the peer does
 * not speak gRPC. */
MUST_USE struct err *rpc_server_head_check(struct rpc_server_call *call);

#endif
