/* What the gateway's own files share: its parts, its handlers, how it answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#ifndef GATEWAY_PARTS_H
#define GATEWAY_PARTS_H

#include <stdatomic.h>

#include "degraded.h"
#include "gateway.h"
#include "json.h"

struct events;
struct feed_cache;
struct login_limits;
struct media_gate;
struct passwords;
struct request_metrics;

/* Immutable after creation but for what is atomic; its parts guard themselves. */
struct gateway {
    struct gateway_options options;
    struct gateway_deps deps;
    struct http_app app;
    struct near *near; /* NULL: services are elsewhere, and nothing of theirs is kept */
    struct tokens *tokens;
    struct passwords *passwords;
    struct rate_limits *limits;
    struct login_limits *logins;
    struct feed_cache *feed;
    struct media_gate *media_gate;
    struct events *events;
    struct request_metrics *metrics;
    struct http_shared *openapi; /* the document, finished */
    struct degraded degraded;
    _Atomic int64_t upload_max;        /* bytes of one upload */
    atomic_bool stopping;              /* what takes long on behalf of a request ends early */
    _Atomic int64_t disk_full_next_ns; /* when the log may say so again */
};

/* Who may call a route, and which limit it counts against: struct http_route.access. */
enum {
    ACCESS_PUBLIC,    /* tokens are not looked at */
    ACCESS_LENIENT,   /* a bad token is the same as none */
    ACCESS_OPTIONAL,  /* a bad token is refused */
    ACCESS_SIGNED_IN, /* a good one is needed */
    ACCESS_MASK = 15,
    ACCESS_LIMIT_SHIFT = 4, /* above: enum rate_limit_kind of rate_limits.h */
};

/* ---- handlers: one per row of the route table ---- */

http_handler account_register, account_login, account_show, account_password, account_close;
http_handler export_begin, export_show, export_file;
http_handler feed_show, feed_following;
http_handler viewer_seen, viewer_not_interested;
http_handler session_begin, session_register, session_end, session_list, session_drop,
    session_drop_others;
http_handler me_show, me_edit, me_avatar, me_background;
http_handler publish_action, publish_list;
http_handler favorite_action, favorite_list_show;
http_handler comment_action, comment_list_show, comment_page;
http_handler relation_action, relation_following, relation_followers, relation_friends;
http_handler relation_block, relation_unblock, relation_blocked;
http_handler notice_list_show, notice_read;
http_handler report_post;
http_handler search_show;
http_handler message_action, message_chat, message_page, conversation_list;
http_handler video_show, video_status, video_change, video_take_away;
http_handler tus_create, tus_look, tus_append, tus_end, tus_publish;
http_handler event_stream;
http_handler media_file;
http_handler share_page, share_embed, share_oembed;
http_handler site_index, site_docs, site_other, site_openapi, site_live, site_ready, site_metrics;

extern const struct http_route gateway_routes[];
extern const size_t gateway_route_count;

/* ---- what handlers use ---- */

/* On the socket's thread, before a handler: trace, limits, identity. */
MUST_USE struct err *gateway_admit(void *gateway, struct ctx *c, const struct http_route *route,
                                   struct http_req *req);

/* Who asks, of a route that lets everybody in: c->user_id, 0 when nobody can say. */
MUST_USE struct err *gateway_viewer(struct gateway *g, struct ctx *c, const struct http_req *req);

/* Behind a handler: a session that is still to be confirmed is, before anything goes out. */
MUST_USE struct err *gateway_confirm(void *gateway, struct ctx *c, const struct http_req *req,
                                     struct err *e);

/* The login of the browser that the viewer is signed in with; false: it is a token, or nobody. */
bool gateway_browser(struct ctx *c, const struct http_req *req, struct user_find_login_req *out);

/* Sets the cookie of a browser's session; "" takes it away. */
void gateway_set_cookie(struct gateway *g, struct ctx *c, const struct http_req *req,
                        struct str value, struct http_reply *reply);

/* Before an upload is received, and while it is: what is in vain already (struct http_app). */
MUST_USE struct err *gateway_expect(void *gateway, struct ctx *c, const struct http_route *route,
                                    const struct http_req *req, int64_t bytes, bool keeping);

/* "http://host:port", without a slash at the end: what URLs in this reply begin with. */
struct str gateway_base_url(struct gateway *g, struct ctx *c, const struct http_req *req);

/* An id that must be there: ERR_INVALID when it is missing or 0. */
MUST_USE struct err *gateway_id(struct ctx *c, const struct http_req *req, struct str name,
                                int64_t *out);

/* The id in the path of a route with a '*'. ERR_INVALID: not a positive number. */
MUST_USE struct err *gateway_path_id(struct ctx *c, const struct http_req *req, int64_t *out);

/* What people wrote: what is no text fails with reason bad_text. */
MUST_USE struct err *gateway_written(struct ctx *c, const struct http_req *req, struct str name,
                                     struct str *out);

/* user_id of the query, or else the viewer. ERR_INVALID: neither. */
MUST_USE struct err *gateway_whose(struct ctx *c, const struct http_req *req, int64_t *out);

/* action_type: 1 is true, 2 is false; anything else ERR_INVALID. */
MUST_USE struct err *gateway_action(struct ctx *c, const struct http_req *req, bool *out);

#endif
