/* The routes of the public API, described: a row here for each one below /douyin and /api. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "route_docs.h"

#define PAGE "limit?:Limit cursor?:Cursor"

/* Columns are the point. */
/* clang-format off */
const struct route_doc route_docs[] = {
    {HTTP_GET, STR_INIT("/douyin/feed/"), "The newest videos, a page of them",
     .query = "latest_time?:FeedTime", .reply = "video_list:[Video] next_time:Time"},
    {HTTP_GET, STR_INIT("/douyin/message/chat/"), "Messages with somebody, and what is new among them",
     .query = "to_user_id:Id pre_msg_time?:FeedTime", .reply = "message_list:[Message]"},
    {HTTP_POST, STR_INIT("/douyin/user/register/"), "A new account",
     .body = "username:Name password:Password", .reply = "user_id:Id token:Token"},
    {HTTP_POST, STR_INIT("/douyin/user/login/"), "A new session of an account",
     .body = "username:Name password:Password", .reply = "user_id:Id token:Token"},
    {HTTP_GET, STR_INIT("/douyin/user/"), "Somebody's profile; without user_id one's own",
     .query = "user_id?:Id", .reply = "user:User"},
    {HTTP_POST, STR_INIT("/douyin/publish/action/"), "Uploads a video and publishes it",
     .body = "title:Title"},
    {HTTP_GET, STR_INIT("/douyin/publish/list/"), "The newest videos of somebody",
     .query = "user_id?:Id", .reply = "video_list:[Video]"},
    {HTTP_POST, STR_INIT("/douyin/favorite/action/"), "Likes a video (1) or takes that back (2)",
     .body = "video_id:Id action_type:Action"},
    {HTTP_GET, STR_INIT("/douyin/favorite/list/"), "The videos somebody liked last",
     .query = "user_id?:Id", .reply = "video_list:[Video]"},
    {HTTP_POST, STR_INIT("/douyin/comment/action/"), "Comments on a video (1), or deletes a comment (2)",
     .body = "video_id:Id action_type:Action comment_text?:CommentText comment_id?:Id", .reply = "comment?:Comment"},
    {HTTP_GET, STR_INIT("/douyin/comment/list/"), "The newest comments on a video",
     .query = "video_id:Id", .reply = "comment_list:[Comment]"},
    {HTTP_POST, STR_INIT("/douyin/relation/action/"), "Follows somebody (1) or no longer (2)",
     .body = "to_user_id:Id action_type:Action"},
    {HTTP_GET, STR_INIT("/douyin/relation/follow/list/"), "Whom somebody follows",
     .query = "user_id?:Id", .reply = "user_list:[User]"},
    {HTTP_GET, STR_INIT("/douyin/relation/follower/list/"), "Who follows somebody",
     .query = "user_id?:Id", .reply = "user_list:[User]"},
    {HTTP_GET, STR_INIT("/douyin/relation/friend/list/"), "Who follows somebody and is followed back, with the latest message",
     .query = "user_id?:Id", .reply = "user_list:[FriendUser]"},
    {HTTP_POST, STR_INIT("/douyin/message/action/"), "Sends a message",
     .body = "to_user_id:Id action_type?:SendAction content:MessageText"},
    {HTTP_GET, STR_INIT("/api/v1/users/*/videos/"), "All videos of somebody",
     .at = "id:Id", .query = PAGE, .reply = "video_list:[Video] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/users/*/likes/"), "All videos somebody likes",
     .at = "id:Id", .query = PAGE, .reply = "video_list:[Video] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/users/*/following/"), "All whom somebody follows",
     .at = "id:Id", .query = PAGE, .reply = "user_list:[User] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/users/*/followers/"), "All who follow somebody",
     .at = "id:Id", .query = PAGE, .reply = "user_list:[User] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/users/*/friends/"), "All friends of somebody",
     .at = "id:Id", .query = PAGE, .reply = "user_list:[FriendUser] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/videos/*/comments/"), "All comments on a video",
     .at = "id:Id", .query = PAGE, .reply = "comment_list:[Comment] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/messages/*"), "All messages with somebody, the latest first",
     .at = "peer_id:Id", .query = PAGE, .reply = "message_list:[Message] next:Next"},
    {HTTP_GET, STR_INIT("/api/v1/videos/*"), "One video, and for its author how its job stands",
     .at = "id:Id", .reply = "video:VideoPage"},
    {HTTP_POST, STR_INIT("/api/v1/me/password/"), "Another password; every older session ends",
     .body = "old_password:Password new_password:Password", .reply = "user_id:Id token:Token"},
};
/* clang-format on */
const size_t route_doc_count = COUNT(route_docs);

const struct route_doc *route_docs_find(const struct http_route *route)
{
    for (size_t i = 0; i < route_doc_count; i++)
        if (route_docs[i].method == route->method && str_eq(route_docs[i].path, route->path))
            return &route_docs[i];
    return NULL;
}
