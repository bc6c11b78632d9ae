/* The route table: every address the gateway answers. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "gateway_parts.h"
#include "rate_limits.h"

#define PUBLIC ACCESS_PUBLIC
#define LENIENT ACCESS_LENIENT
#define OPTIONAL ACCESS_OPTIONAL
#define SIGNED_IN ACCESS_SIGNED_IN
#define LIMITED(kind) (ACCESS_SIGNED_IN | (RATE_##kind) << ACCESS_LIMIT_SHIFT)

/* Columns are the point. */
/* clang-format off */
const struct http_route gateway_routes[] = {
    /* method, path, where, access, field of a file, handler */
    {HTTP_GET,  STR_INIT("/douyin/feed/"),                    HTTP_INLINE, LENIENT,          NULL,   feed_show},
    {HTTP_GET,  STR_INIT("/douyin/message/chat/"),            HTTP_INLINE, SIGNED_IN,        NULL,   message_chat},
    {HTTP_POST, STR_INIT("/douyin/user/register/"),           HTTP_HASH,   PUBLIC,           NULL,   account_register},
    {HTTP_POST, STR_INIT("/douyin/user/login/"),              HTTP_HASH,   PUBLIC,           NULL,   account_login},
    {HTTP_GET,  STR_INIT("/douyin/user/"),                    HTTP_INLINE, SIGNED_IN,        NULL,   account_show},
    {HTTP_POST, STR_INIT("/douyin/publish/action/"),          HTTP_WORKER, LIMITED(UPLOAD),  "data", publish_action},
    {HTTP_GET,  STR_INIT("/douyin/publish/list/"),            HTTP_INLINE, OPTIONAL,         NULL,   publish_list},
    {HTTP_POST, STR_INIT("/douyin/favorite/action/"),         HTTP_WRITER, LIMITED(WRITE),   NULL,   favorite_action},
    {HTTP_GET,  STR_INIT("/douyin/favorite/list/"),           HTTP_INLINE, OPTIONAL,         NULL,   favorite_list_show},
    {HTTP_POST, STR_INIT("/douyin/comment/action/"),          HTTP_WRITER, LIMITED(WRITE),   NULL,   comment_action},
    {HTTP_GET,  STR_INIT("/douyin/comment/list/"),            HTTP_INLINE, OPTIONAL,         NULL,   comment_list_show},
    {HTTP_POST, STR_INIT("/douyin/relation/action/"),         HTTP_WRITER, LIMITED(WRITE),   NULL,   relation_action},
    {HTTP_GET,  STR_INIT("/douyin/relation/follow/list/"),    HTTP_INLINE, OPTIONAL,         NULL,   relation_following},
    {HTTP_GET,  STR_INIT("/douyin/relation/follower/list/"),  HTTP_INLINE, OPTIONAL,         NULL,   relation_followers},
    {HTTP_GET,  STR_INIT("/douyin/relation/friend/list/"),    HTTP_INLINE, SIGNED_IN,        NULL,   relation_friends},
    {HTTP_POST, STR_INIT("/douyin/message/action/"),          HTTP_WRITER, LIMITED(MESSAGE), NULL,   message_action},
    {HTTP_GET,  STR_INIT("/api/v1/users/*/videos/"),          HTTP_INLINE, OPTIONAL,         NULL,   publish_list},
    {HTTP_GET,  STR_INIT("/api/v1/users/*/likes/"),           HTTP_INLINE, OPTIONAL,         NULL,   favorite_list_show},
    {HTTP_GET,  STR_INIT("/api/v1/users/*/following/"),       HTTP_INLINE, OPTIONAL,         NULL,   relation_following},
    {HTTP_GET,  STR_INIT("/api/v1/users/*/followers/"),       HTTP_INLINE, OPTIONAL,         NULL,   relation_followers},
    {HTTP_GET,  STR_INIT("/api/v1/users/*/friends/"),         HTTP_INLINE, SIGNED_IN,        NULL,   relation_friends},
    {HTTP_GET,  STR_INIT("/api/v1/messages/*"),               HTTP_INLINE, SIGNED_IN,        NULL,   message_page},
    {HTTP_GET,  STR_INIT("/api/v1/conversations/"),           HTTP_INLINE, SIGNED_IN,        NULL,   conversation_list},
    {HTTP_GET,  STR_INIT("/api/v1/feed/following/"),          HTTP_INLINE, SIGNED_IN,        NULL,   feed_following},
    {HTTP_POST, STR_INIT("/api/v1/seen/"),                    HTTP_WRITER, LIMITED(WRITE),   NULL,   viewer_seen},
    {HTTP_POST, STR_INIT("/api/v1/videos/*/not_interested/"), HTTP_WRITER, LIMITED(WRITE),   NULL,   viewer_not_interested},
    {HTTP_GET,  STR_INIT("/api/v1/videos/*/status/"),         HTTP_INLINE, SIGNED_IN,        NULL,   video_status},
    {HTTP_GET,  STR_INIT("/api/v1/videos/*"),                 HTTP_INLINE, OPTIONAL,         NULL,   video_show},
    {HTTP_PATCH, STR_INIT("/api/v1/videos/*"),                HTTP_WORKER, LIMITED(WRITE),   NULL,   video_change},
    {HTTP_DELETE, STR_INIT("/api/v1/videos/*"),               HTTP_WRITER, LIMITED(WRITE),   NULL,   video_take_away},
    {HTTP_POST, STR_INIT("/api/v1/uploads/"),                 HTTP_WRITER, LIMITED(WRITE),   NULL,   tus_create},
    {HTTP_POST, STR_INIT("/api/v1/uploads/*/publish/"),       HTTP_WORKER, LIMITED(UPLOAD),  NULL,   tus_publish},
    {HTTP_GET,  STR_INIT("/api/v1/uploads/*"),                HTTP_INLINE, SIGNED_IN,        NULL,   tus_look},
    {HTTP_PATCH, STR_INIT("/api/v1/uploads/*"),               HTTP_WORKER, LIMITED(WRITE),   HTTP_WHOLE_BODY, tus_append},
    {HTTP_DELETE, STR_INIT("/api/v1/uploads/*"),              HTTP_WRITER, LIMITED(WRITE),   NULL,   tus_end},
    {HTTP_POST, STR_INIT("/api/v1/session/"),                 HTTP_HASH,   PUBLIC,           NULL,   session_begin},
    {HTTP_POST, STR_INIT("/api/v1/session/register/"),        HTTP_HASH,   PUBLIC,           NULL,   session_register},
    {HTTP_POST, STR_INIT("/api/v1/session/end/"),             HTTP_WRITER, LENIENT,          NULL,   session_end},
    {HTTP_GET,  STR_INIT("/api/v1/sessions/"),                HTTP_INLINE, SIGNED_IN,        NULL,   session_list},
    {HTTP_DELETE, STR_INIT("/api/v1/sessions/*"),             HTTP_WRITER, LIMITED(WRITE),   NULL,   session_drop},
    {HTTP_DELETE, STR_INIT("/api/v1/sessions/"),              HTTP_WRITER, LIMITED(WRITE),   NULL,   session_drop_others},
    {HTTP_GET,  STR_INIT("/api/v1/me/"),                      HTTP_INLINE, OPTIONAL,         NULL,   me_show},
    {HTTP_PUT,  STR_INIT("/api/v1/me/avatar/"),               HTTP_WORKER, LIMITED(WRITE),   HTTP_SMALL_BODY, me_avatar},
    {HTTP_PUT,  STR_INIT("/api/v1/me/background/"),           HTTP_WORKER, LIMITED(WRITE),   HTTP_SMALL_BODY, me_background},
    {HTTP_PATCH, STR_INIT("/api/v1/me/"),                     HTTP_WORKER, LIMITED(WRITE),   NULL,   me_edit},
    {HTTP_POST, STR_INIT("/api/v1/me/export/"),               HTTP_HASH,   SIGNED_IN,        NULL,   export_begin},
    {HTTP_GET,  STR_INIT("/api/v1/me/export/"),               HTTP_INLINE, SIGNED_IN,        NULL,   export_show},
    {HTTP_GET,  STR_INIT("/api/v1/me/export/file/"),          HTTP_INLINE, SIGNED_IN,        NULL,   export_file},
    {HTTP_DELETE, STR_INIT("/api/v1/me/"),                    HTTP_HASH,   SIGNED_IN,        NULL,   account_close},
    {HTTP_GET,  STR_INIT("/api/v1/comments/"),                HTTP_INLINE, OPTIONAL,         NULL,   comment_page},
    {HTTP_GET,  STR_INIT("/api/v1/blocks/"),                  HTTP_INLINE, SIGNED_IN,        NULL,   relation_blocked},
    {HTTP_PUT,  STR_INIT("/api/v1/blocks/*"),                 HTTP_WRITER, LIMITED(WRITE),   NULL,   relation_block},
    {HTTP_DELETE, STR_INIT("/api/v1/blocks/*"),               HTTP_WRITER, LIMITED(WRITE),   NULL,   relation_unblock},
    {HTTP_GET,  STR_INIT("/api/v1/search/"),                  HTTP_INLINE, OPTIONAL,         NULL,   search_show},
    {HTTP_GET,  STR_INIT("/api/v1/notifications/"),           HTTP_INLINE, SIGNED_IN,        NULL,   notice_list_show},
    {HTTP_POST, STR_INIT("/api/v1/notifications/read/"),      HTTP_WRITER, LIMITED(WRITE),   NULL,   notice_read},
    {HTTP_GET,  STR_INIT("/api/v1/events/"),                  HTTP_INLINE, SIGNED_IN,        NULL,   event_stream},
    {HTTP_POST, STR_INIT("/api/v1/reports/"),                 HTTP_WRITER, LIMITED(WRITE),   NULL,   report_post},
    {HTTP_POST, STR_INIT("/api/v1/me/password/"),             HTTP_HASH,   SIGNED_IN,        NULL,   account_password},
    {HTTP_GET,  STR_INIT("/media/*"),                         HTTP_INLINE, PUBLIC,           NULL,   media_file},
    {HTTP_GET,  STR_INIT("/v/*"),                             HTTP_INLINE, PUBLIC,           NULL,   share_page},
    {HTTP_GET,  STR_INIT("/embed/*"),                         HTTP_INLINE, PUBLIC,           NULL,   share_embed},
    {HTTP_GET,  STR_INIT("/oembed/"),                         HTTP_INLINE, PUBLIC,           NULL,   share_oembed},
    {HTTP_GET,  STR_INIT("/openapi.json"),                    HTTP_INLINE, PUBLIC,           NULL,   site_openapi},
    {HTTP_GET,  STR_INIT("/livez/"),                          HTTP_INLINE, PUBLIC,           NULL,   site_live},
    {HTTP_GET,  STR_INIT("/readyz/"),                         HTTP_INLINE, PUBLIC,           NULL,   site_ready},
    {HTTP_GET,  STR_INIT("/metrics/"),                        HTTP_INLINE, PUBLIC,           NULL,   site_metrics},
    {HTTP_GET,  STR_INIT("/assets/*"),                        HTTP_INLINE, PUBLIC,           NULL,   site_other},
    {HTTP_GET,  STR_INIT("/docs/*"),                          HTTP_INLINE, PUBLIC,           NULL,   site_other},
    {HTTP_GET,  STR_INIT("/docs/"),                           HTTP_INLINE, PUBLIC,           NULL,   site_docs},
    {HTTP_GET,  STR_INIT("/"),                                HTTP_INLINE, PUBLIC,           NULL,   site_index},
    {HTTP_GET,  STR_INIT("/*"),                               HTTP_INLINE, PUBLIC,           NULL,   site_other},
};
/* clang-format on */
const size_t gateway_route_count = COUNT(gateway_routes);
