# A thin client for the public API, which checks every reply before a test sees it.
# SPDX-License-Identifier: Apache-2.0
import itertools
import ssl
import uuid

import httpx

import checks
from checks import OK
from waiting import eventually, next_millisecond

LIKE, UNLIKE = 1, 2
POST, DELETE = 1, 2
FOLLOW, UNFOLLOW = 1, 2
SEND = 1

# Method and path of the contract's sixteen endpoints.
ENDPOINTS = {
    'feed': ('GET', '/douyin/feed/'),
    'register': ('POST', '/douyin/user/register/'),
    'login': ('POST', '/douyin/user/login/'),
    'user': ('GET', '/douyin/user/'),
    'publish': ('POST', '/douyin/publish/action/'),
    'publish_list': ('GET', '/douyin/publish/list/'),
    'favorite': ('POST', '/douyin/favorite/action/'),
    'favorite_list': ('GET', '/douyin/favorite/list/'),
    'comment': ('POST', '/douyin/comment/action/'),
    'comment_list': ('GET', '/douyin/comment/list/'),
    'relation': ('POST', '/douyin/relation/action/'),
    'follow_list': ('GET', '/douyin/relation/follow/list/'),
    'follower_list': ('GET', '/douyin/relation/follower/list/'),
    'friend_list': ('GET', '/douyin/relation/friend/list/'),
    'chat': ('GET', '/douyin/message/chat/'),
    'message': ('POST', '/douyin/message/action/'),
}


# Making one takes longer than a request, and nothing here speaks TLS.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


# Ports of all gateways of a cluster, by the URL of the first: see Spread.
gateways = {}


class Spread(httpx.BaseTransport):
    """Sends each request of a client to another gateway: what belongs to him must not lie in one of them."""

    def __init__(self, ports):
        self.turns = itertools.cycle(ports)
        self.inner = httpx.HTTPTransport(verify=NO_TLS, limits=httpx.Limits(max_connections=100, max_keepalive_connections=20))

    def handle_request(self, request):
        request.url = request.url.copy_with(port=next(self.turns))
        return self.inner.handle_request(request)

    def close(self):
        self.inner.close()


def connect(url=''):
    """A pool of connections, for several threads."""
    ports = gateways.get(url, [])
    transport = Spread(ports) if len(ports) > 1 else None
    return httpx.Client(base_url=url, timeout=60, trust_env=False, verify=NO_TLS, transport=transport)


def unique(prefix='u'):
    """A user name nobody has taken, on whatever database the suite runs."""
    return f'{prefix}-{uuid.uuid4().hex[:16]}'


class Client:
    """One viewer: anonymous while `token` is empty. Safe to use from several threads.

    Parameters travel in the query string, as the app sends them. A method returns what its reply
    carries; `expect` names the status_code the reply must have instead of 0.
    """

    def __init__(self, http):
        self.http = http  # borrowed
        self.token = ''
        self.id = 0
        self.name = ''
        self.password = ''

    def call(self, endpoint, expect=OK, http=200, **params):
        """One request to one of ENDPOINTS; a parameter that is None is left out."""
        method, path = ENDPOINTS[endpoint]
        return self.request(method, path, expect, http, **params)

    def request(self, method, path, expect=OK, http=200, **params):
        query = {'token': self.token or None, **params}
        query = {name: value for name, value in query.items() if value is not None}
        response = self.http.request(method, path, params=query)
        return checks.envelope(response, expect, http)

    # Accounts.

    def register(self, name, password, expect=OK):
        return self.signed_in('register', name, password, expect)

    def login(self, name, password, expect=OK):
        return self.signed_in('login', name, password, expect)

    def signed_in(self, endpoint, name, password, expect):
        body = self.call(endpoint, expect, token=None, username=name, password=password)
        checks.text(body['token'])
        checks.integer(body['user_id'])
        if body['status_code'] != OK:
            assert (body['user_id'], body['token']) == (0, '')
            return body
        checks.number_id(body['user_id'])
        checks.filled(body['token'])
        self.id, self.token = body['user_id'], body['token']
        self.name, self.password = name, password
        return body

    def user(self, user_id=None, expect=OK):
        body = self.call('user', expect, user_id=user_id)
        return checks.user(body['user']) if body['status_code'] == OK else body['user']

    def change_password(self, old, new, expect=OK):
        """The reply; on success this client goes on with the new session."""
        body = self.request('POST', '/api/v1/me/password', expect, old_password=old,
                            new_password=new)
        if body['status_code'] == OK:
            assert body['user_id'] == self.id
            checks.filled(body['token'])
            self.token, self.password = body['token'], new
        return body

    # Videos.

    def feed(self, latest_time=None, expect=OK, **params):
        """A page of videos and the time that asks for the next one."""
        body = self.call('feed', expect, latest_time=latest_time, **params)
        if body['status_code'] != OK:
            return body
        checks.milliseconds(body['next_time'])
        return checks.every(body['video_list'], checks.video), body['next_time']

    def publish(self, data, title='a clip', expect=OK, http=200, filename='clip.mp4'):
        """Uploads bytes or an open file."""
        fields = {'token': self.token, 'title': title}
        fields = {name: value for name, value in fields.items() if value is not None}
        files = {'data': (filename, data, 'video/mp4')}
        response = self.http.post(ENDPOINTS['publish'][1], data=fields, files=files)
        return checks.envelope(response, expect, http)

    def publish_new(self, data, title='a clip'):
        """Uploads, and returns the new video as the author's list shows it."""
        self.publish(data, title)
        video = self.publish_list()[0]
        assert video['title'] == title
        return video

    def publish_ready(self, data, title='a clip'):
        """Uploads, and returns the new video as it is listed at first, once its job is done."""
        video = self.publish_new(data, title)
        self.until_ready(video['id'])
        return video

    def until_ready(self, video_id):
        eventually(lambda: self.video(video_id)['state'] == 'ready')

    def publish_list(self, user_id=None, expect=OK):
        body = self.call('publish_list', expect, user_id=user_id)
        return checks.every(body['video_list'], checks.video) if expect == OK else body

    def video(self, video_id, expect=OK):
        """What is known about one video, its processing included."""
        body = self.request('GET', f'/api/v1/videos/{video_id}', expect)
        return checks.video_page(body['video']) if expect == OK else body

    # Likes and comments.

    def like(self, video_id, expect=OK):
        next_millisecond()
        return self.call('favorite', expect, video_id=video_id, action_type=LIKE)

    def unlike(self, video_id, expect=OK):
        return self.call('favorite', expect, video_id=video_id, action_type=UNLIKE)

    def favorite_list(self, user_id=None, expect=OK):
        body = self.call('favorite_list', expect, user_id=user_id)
        return checks.every(body['video_list'], checks.video) if expect == OK else body

    def comment(self, video_id, text, expect=OK):
        body = self.call('comment', expect, video_id=video_id, action_type=POST, comment_text=text)
        return checks.comment(body['comment']) if body['status_code'] == OK else body

    def delete_comment(self, video_id, comment_id, expect=OK):
        return self.call('comment', expect, video_id=video_id, action_type=DELETE,
                         comment_id=comment_id)

    def comment_list(self, video_id, expect=OK):
        body = self.call('comment_list', expect, video_id=video_id)
        return checks.every(body['comment_list'], checks.comment) if expect == OK else body

    # People.

    def follow(self, user_id, expect=OK):
        next_millisecond()
        return self.call('relation', expect, to_user_id=user_id, action_type=FOLLOW)

    def unfollow(self, user_id, expect=OK):
        return self.call('relation', expect, to_user_id=user_id, action_type=UNFOLLOW)

    def follow_list(self, user_id=None, expect=OK):
        return self.people('follow_list', user_id, expect, checks.user)

    def follower_list(self, user_id=None, expect=OK):
        return self.people('follower_list', user_id, expect, checks.user)

    def friend_list(self, user_id=None, expect=OK):
        return self.people('friend_list', user_id, expect, checks.friend)

    def people(self, endpoint, user_id, expect, check):
        body = self.call(endpoint, expect, user_id=user_id)
        return checks.every(body['user_list'], check) if expect == OK else body

    def block(self, user_id, expect=OK):
        next_millisecond()
        return self.request('PUT', f'/api/v1/blocks/{user_id}', expect)

    def unblock(self, user_id, expect=OK):
        return self.request('DELETE', f'/api/v1/blocks/{user_id}', expect)

    def blocks(self):
        return checks.every(self.request('GET', '/api/v1/blocks')['user_list'], checks.user)

    def report(self, kind, of, reason, expect=OK, text=None):
        return self.request('POST', '/api/v1/reports', expect, kind=kind, id=of, reason=reason, text=text)

    # Messages.

    def send(self, user_id, content, expect=OK, **params):
        return self.call('message', expect, to_user_id=user_id, content=content,
                         **{'action_type': SEND, **params})

    def chat(self, user_id, pre_msg_time=None, expect=OK):
        body = self.call('chat', expect, to_user_id=user_id, pre_msg_time=pre_msg_time)
        return checks.every(body['message_list'], checks.message) if expect == OK else body


def ids(values):
    return [value['id'] for value in values]
