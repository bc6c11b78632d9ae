# Blocks: who is blocked cannot reach the other one, and is not seen by who blocked.
# SPDX-License-Identifier: Apache-2.0
import pytest

from checks import BAD_PARAMETER, BLOCKED, FAILED, ID_MAX, NO_SESSION, NO_USER, NO_VIDEO
from client import ids
from pages import walk_ids
from waiting import eventually

EITHER_WAY = pytest.mark.parametrize('blocker', ['ann', 'bob'])


@pytest.fixture
def pair(ann, bob, blocker):
    """The one who blocks, and the other one."""
    return (ann, bob) if blocker == 'ann' else (bob, ann)


@pytest.fixture
def a_video(new_user, new_video):
    return new_video(new_user())


@EITHER_WAY
def test_neither_of_the_two_can_write_to_the_other(ann, bob, pair):
    ann.send(bob.id, 'before')
    pair[0].block(pair[1].id)
    ann.send(bob.id, 'after', BLOCKED)
    bob.send(ann.id, 'after', BLOCKED)
    assert [m['content'] for m in bob.chat(ann.id)] == ['before']
    pair[0].unblock(pair[1].id)
    ann.send(bob.id, 'again')
    assert [m['content'] for m in bob.chat(ann.id)] == ['before', 'again']


@EITHER_WAY
def test_neither_of_the_two_can_follow_the_other(ann, bob, pair):
    pair[0].block(pair[1].id)
    ann.follow(bob.id, BLOCKED)
    bob.follow(ann.id, BLOCKED)
    assert ann.follow_list() == [] and bob.follow_list() == []
    pair[0].unblock(pair[1].id)
    ann.follow(bob.id)
    assert ids(ann.follow_list()) == [bob.id]


@EITHER_WAY
def test_neither_of_the_two_can_comment_on_the_other(ann, bob, pair, new_video):
    of_ann, of_bob = new_video(ann)['id'], new_video(bob)['id']
    pair[0].block(pair[1].id)
    ann.comment(of_bob, 'hello', BLOCKED)
    bob.comment(of_ann, 'hello', BLOCKED)
    ann.comment(of_ann, 'to myself')
    pair[0].unblock(pair[1].id)
    bob.comment(of_ann, 'hello')


def test_a_block_ends_what_the_two_followed(ann, bob):
    ann.follow(bob.id)
    bob.follow(ann.id)
    ann.block(bob.id)
    for somebody in (ann, bob):
        assert somebody.follow_list() == [] and somebody.follower_list() == [] and somebody.friend_list() == []
    eventually(lambda: counts(ann) == (0, 0) and counts(bob) == (0, 0))


def counts(somebody):
    user = somebody.user()
    return user['follow_count'], user['follower_count']


def lists_with(viewer, video, liker):
    """Every list that a viewer could find a video in."""
    author = video['author']['id']
    return {
        'feed': video['id'] in ids(viewer.feed()[0]),
        'feed by time': video['id'] in ids(viewer.feed(latest_time=2 * 10**12)[0]),
        'of the author': video['id'] in ids(viewer.publish_list(author)),
        'pages of the author': video['id'] in walk_ids(viewer, 'videos', author),
        'likes': video['id'] in ids(viewer.favorite_list(liker)),
        'pages of likes': video['id'] in walk_ids(viewer, 'likes', liker),
    }


def test_videos_of_who_is_blocked_are_in_no_list_of_the_one_who_blocked(ann, bob, new_user, new_video):
    video, other = new_video(bob), new_user()
    other.like(video['id'])
    ann.like(video['id'])
    ann.feed()  # what was made for this viewer before changes nothing
    ann.block(bob.id)
    assert not any(lists_with(ann, video, other.id).values())
    assert video['id'] not in ids(ann.favorite_list())
    ann.video(video['id'], NO_VIDEO)
    assert all(lists_with(other, video, other.id).values()), 'only for who blocked'
    assert all(lists_with(bob, video, other.id).values())
    ann.unblock(bob.id)
    assert all(lists_with(ann, video, other.id).values())
    assert ann.video(video['id'])['id'] == video['id']


def test_who_is_blocked_still_sees_public_videos(ann, bob, new_video):
    video = new_video(ann)
    bob.like(video['id'])
    ann.block(bob.id)
    assert all(lists_with(bob, video, bob.id).values())


def test_comments_of_who_is_blocked_are_not_shown_to_the_one_who_blocked(ann, bob, new_user, a_video):
    other = new_user()
    hidden, seen = bob.comment(a_video['id'], 'of bob'), other.comment(a_video['id'], 'of another')
    ann.block(bob.id)
    assert ids(ann.comment_list(a_video['id'])) == walk_ids(ann, 'comments', a_video['id']) == [seen['id']]
    assert ids(other.comment_list(a_video['id'])) == [seen['id'], hidden['id']]
    ann.unblock(bob.id)
    assert ids(ann.comment_list(a_video['id'])) == [seen['id'], hidden['id']]


def test_the_blocked_are_listed_the_latest_first(ann, bob, new_user):
    other = new_user()
    ann.block(bob.id)
    ann.block(other.id)
    assert ids(ann.blocks()) == [other.id, bob.id]
    assert bob.blocks() == []
    ann.unblock(other.id)
    assert ids(ann.blocks()) == [bob.id]


def test_blocking_and_unblocking_twice_is_once(ann, bob):
    ann.block(bob.id)
    ann.block(bob.id)
    assert ids(ann.blocks()) == [bob.id]
    ann.unblock(bob.id)
    ann.unblock(bob.id)
    assert ann.blocks() == []


def test_nobody_blocks_himself(ann):
    ann.block(ann.id, BAD_PARAMETER)
    assert ann.blocks() == []


def test_who_is_not_there_cannot_be_blocked(ann):
    ann.block(ID_MAX, NO_USER)
    ann.unblock(ID_MAX, NO_USER)


@pytest.mark.parametrize('of', ['0', '-1', 'x', '1x', '%31x', '1' * 30, '1/2'])
def test_an_id_to_block_is_a_positive_number(ann, of):
    for method in ('PUT', 'DELETE'):
        ann.request(method, f'/api/v1/blocks/{of}', BAD_PARAMETER)


def test_blocks_need_a_session(anyone, ann):
    anyone.request('GET', '/api/v1/blocks', NO_SESSION)
    anyone.block(ann.id, NO_SESSION)
    anyone.unblock(ann.id, NO_SESSION)


@pytest.mark.parametrize('method, path, allow', [
    ('POST', '/api/v1/blocks/1', 'PUT, DELETE'), ('GET', '/api/v1/blocks/1', 'PUT, DELETE'),
    ('PUT', '/api/v1/blocks', 'GET, HEAD')])
def test_another_method_is_refused(ann, method, path, allow):
    response = ann.http.request(method, path, params={'token': ann.token})
    assert response.status_code == 405 and response.headers['allow'] == allow
    assert response.json()['status_code'] == FAILED
