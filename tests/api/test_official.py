# The camp's official tests, as their client sends them: every parameter in query and form.
# SPDX-License-Identifier: Apache-2.0
import random

import pytest

import checks

RUNS = pytest.mark.parametrize('run', ['first run', 'second run'])
USER_A, USER_B = 'douyinTestUserA', 'douyinTestUserB'


class OfficialClient:
    """Sends as the tests' client does, and prints numbers as Go does those it read from JSON."""

    def __init__(self, http):
        self.http = http

    def call(self, method, path, **params):
        params = {name: go_number(value) for name, value in params.items()}
        response = self.http.request(method, path, params=params, data=params)
        return checks.envelope(response)

    def user(self, name):
        """The user's id and token; signs in when the name was registered by an earlier run."""
        fields = {'username': name, 'password': name}
        response = self.http.post('/douyin/user/register/', params=fields, data=fields)
        body = checks.envelope(response, None)
        if body['token'] == '':
            body = self.call('POST', '/douyin/user/login/', **fields)
        return body['user_id'], body['token']

    def first_video(self):
        return self.call('GET', '/douyin/feed/')['video_list'][0]['id']


def go_number(value):
    """A number as Go's %v prints a float64: with an exponent from a million on."""
    if not isinstance(value, int) or value < 1_000_000:
        return value
    written = (f'{value:.{digits}e}' for digits in range(18))
    return next(text for text in written if float(text) == float(value))


@pytest.fixture
def tester(anyone, a_video_id):
    """On a server that has a video: the first test runs before anything is published."""
    return OfficialClient(anyone.http)


def video_is_whole(video):
    assert video['id'] > 0 and video['author'] and video['play_url'] and video['cover_url']


def test_numbers_are_printed_as_go_does():
    assert [go_number(number) for number in (999999, 1000000, 21000000, 1234567,
                                             7097084071494288384)] == [
        999999, '1e+06', '2.1e+07', '1.234567e+06', '7.097084071494288e+18']


@RUNS
def test_feed(tester, run):
    videos = tester.call('GET', '/douyin/feed/')['video_list']
    assert videos
    for video in videos:
        video_is_whole(video)


@RUNS
def test_user_action(tester, run):
    name = f'douyin{random.randrange(10**9)}'
    registered = tester.call('POST', '/douyin/user/register/', username=name, password=name)
    assert registered['user_id'] > 0 and registered['token']
    logged_in = tester.call('POST', '/douyin/user/login/', username=name, password=name)
    assert logged_in['user_id'] > 0 and logged_in['token']
    user = tester.call('GET', '/douyin/user/', token=logged_in['token'])['user']
    assert user['id'] > 0 and user['name']


@RUNS
def test_publish(tester, clips, run):
    user_id, token = tester.user(USER_A)
    response = tester.http.post('/douyin/publish/action/', data={'token': token, 'title': 'Bear'},
                                files={'data': ('bear.mp4', clips.data('plain.mp4'))})
    checks.envelope(response)
    videos = tester.call('GET', '/douyin/publish/list/', user_id=user_id, token=token)['video_list']
    assert videos
    for video in videos:
        video_is_whole(video)


@RUNS
def test_favorite(tester, run):
    user_id, token = tester.user(USER_A)
    tester.call('POST', '/douyin/favorite/action/', token=token, video_id=tester.first_video(),
                action_type=1)
    videos = tester.call('GET', '/douyin/favorite/list/', token=token,
                         user_id=user_id)['video_list']
    assert videos
    for video in videos:
        video_is_whole(video)


@RUNS
def test_comment(tester, run):
    _, token = tester.user(USER_A)
    video_id = tester.first_video()
    posted = tester.call('POST', '/douyin/comment/action/', token=token, video_id=video_id,
                         action_type=1, comment_text='测试评论')['comment']
    assert posted['id'] > 0
    comments = tester.call('GET', '/douyin/comment/list/', token=token,
                           video_id=video_id)['comment_list']
    assert posted['id'] in [comment['id'] for comment in comments]
    for comment in comments:
        assert comment['id'] and comment['user'] and comment['content'] and comment['create_date']
    tester.call('POST', '/douyin/comment/action/', token=token, video_id=video_id, action_type=2,
                comment_id=posted['id'])


@RUNS
def test_relation(tester, run):
    (a_id, a_token), (b_id, b_token) = tester.user(USER_A), tester.user(USER_B)
    tester.call('POST', '/douyin/relation/action/', token=a_token, to_user_id=b_id, action_type=1)
    follows = tester.call('GET', '/douyin/relation/follow/list/', token=a_token,
                          user_id=a_id)['user_list']
    assert b_id in [user['id'] for user in follows]
    followers = tester.call('GET', '/douyin/relation/follower/list/', token=b_token,
                            user_id=b_id)['user_list']
    assert a_id in [user['id'] for user in followers]


@RUNS
def test_chat(tester, run):
    (a_id, a_token), (b_id, b_token) = tester.user(USER_A), tester.user(USER_B)
    tester.call('POST', '/douyin/message/action/', token=a_token, to_user_id=b_id, action_type=1,
                content='Send to UserB')
    for token, peer in ((a_token, b_id), (b_token, a_id)):
        assert tester.call('GET', '/douyin/message/chat/', token=token,
                           to_user_id=peer)['message_list']
