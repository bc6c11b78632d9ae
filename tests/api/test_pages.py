# The paged lists under /api/v1: the lists of the contract, piece by piece.
# SPDX-License-Identifier: Apache-2.0
import base64

import pytest

from checks import BAD_PARAMETER, FAILED, ID_MAX, NO_SESSION, NO_USER, NO_VIDEO
from client import ids
from pages import LISTS, ask, page, walk, walk_ids
from scenes import Stage

COUNT = 5
PUBLIC = sorted(set(LISTS) - {'friends', 'messages'})
OF_VIDEOS = ('comments',)
BY_PATH = sorted(set(LISTS) - {*OF_VIDEOS})


def cursor_of(time, element_id):
    """A cursor as the server makes it."""
    numbers = time.to_bytes(8, 'big', signed=True) + element_id.to_bytes(8, 'big', signed=True)
    return base64.urlsafe_b64encode(numbers).decode().rstrip('=')


@pytest.fixture(scope='module')
def stage(new_user, clips):
    return Stage(new_user, clips.data('tiny.mp4'))


@pytest.fixture(scope='module')
def full(stage):
    """Each list with COUNT elements, made once: full(name)."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = stage.scene(name)
            for i in range(COUNT):
                made[name].add(i)
        return made[name]

    return of


@pytest.mark.parametrize('limit', [1, 2, COUNT - 1, COUNT, COUNT + 1, None])
@pytest.mark.parametrize('name', LISTS)
def test_pages_of_any_size_make_up_the_list_of_the_contract(full, name, limit):
    scene = full(name)
    assert walk_ids(scene.viewer, name, scene.of, limit) == scene.whole()
    assert len(scene.whole()) == COUNT


@pytest.mark.parametrize('name', LISTS)
def test_a_page_holds_as_many_as_were_asked_for(full, name):
    scene = full(name)
    first, cursor = page(scene.viewer, name, scene.of, limit=2)
    assert len(first) == 2 and cursor
    everything, cursor = page(scene.viewer, name, scene.of, limit=COUNT)
    assert len(everything) == COUNT and cursor == ''


@pytest.mark.parametrize('name', LISTS)
def test_what_is_added_during_a_walk_comes_before_it(stage, name):
    scene = stage.scene(name)
    for i in range(3):
        scene.add(i)
    old = scene.whole()
    later = iter(range(3, 10))
    assert walk_ids(scene.viewer, name, scene.of, 1, lambda: scene.add(next(later))) == old
    assert scene.whole()[-3:] == old and len(scene.whole()) == 5


@pytest.mark.parametrize('name', LISTS)
def test_an_empty_list_is_an_empty_page(stage, name):
    scene = stage.scene(name)
    assert page(scene.viewer, name, scene.of) == ([], '')


def test_a_walk_goes_on_when_the_element_it_stands_at_is_gone(ann, full):
    scene = full('following')
    for user_id in scene.whole():
        ann.follow(user_id)
    followed = ids(ann.follow_list())
    first, cursor = page(ann, 'following', ann.id, limit=2)
    ann.unfollow(first[1]['id'])
    rest, end = page(ann, 'following', ann.id, cursor=cursor)
    assert ids(first) + ids(rest) == followed and end == ''


def test_pages_show_what_the_list_of_the_contract_shows(bob, full):
    videos, friends = full('videos'), full('friends')
    bob.like(videos.whole()[1])
    bob.follow(videos.of)
    assert walk(bob, 'videos', videos.of, 2) == bob.publish_list(videos.of)
    bob.send(friends.whole()[1], 'good morning')
    assert walk(bob, 'friends', friends.of, 2) == bob.friend_list(friends.of)


def test_a_page_of_messages_delivers_nothing(ann, bob):
    bob.send(ann.id, 'first')
    at = ann.chat(bob.id)[0]['create_time']
    bob.send(ann.id, 'second')
    assert [m['content'] for m in walk(ann, 'messages', bob.id)] == ['second', 'first']
    assert [m['content'] for m in ann.chat(bob.id, at + 10**6)] == ['second']


def test_pages_of_messages_are_of_the_two_alone(ann, bob, new_user):
    eve = new_user()
    bob.send(ann.id, 'for ann')
    assert page(eve, 'messages', bob.id) == ([], '')
    assert page(eve, 'messages', ann.id) == ([], '')


@pytest.mark.parametrize('limit', [0, -1, 101, 10**6, '1.5', 'all'])
@pytest.mark.parametrize('name', LISTS)
def test_a_page_has_1_to_100_elements(full, name, limit):
    scene = full(name)
    ask(scene.viewer, name, scene.of, BAD_PARAMETER, limit=limit)


def test_the_largest_page_is_allowed(full):
    scene = full('likes')
    assert ids(page(scene.viewer, 'likes', scene.of, limit=100)[0]) == scene.whole()


@pytest.mark.parametrize('cursor', [
    'x', '=', cursor_of(1, 2**62)[:20], 'A' * 21, 'A' * 22, 'A' * 23, 'A' * 10000, cursor_of(0, 1), cursor_of(1, 0),
    cursor_of(-1, 1), cursor_of(1, -1), cursor_of(1, 1) + '==', cursor_of(1, 1)[:-1] + 'R',
    cursor_of(1, 1).replace('A', '+', 1), ' ' + cursor_of(1, 1)])
@pytest.mark.parametrize('name', ['videos', 'likes', 'comments', 'messages'])
def test_a_cursor_that_no_reply_gave_is_refused(full, name, cursor):
    scene = full(name)
    ask(scene.viewer, name, scene.of, BAD_PARAMETER, cursor=cursor)


@pytest.mark.parametrize('name', LISTS)
def test_a_cursor_of_any_time_is_harmless(full, name):
    scene = full(name)
    viewer, of, latest = scene.viewer, scene.of, 2**63 - 1
    assert page(viewer, name, of, cursor=cursor_of(1, latest)) == ([], '')
    assert ids(page(viewer, name, of, cursor=cursor_of(latest, latest))[0]) == scene.whole()


@pytest.mark.parametrize('name', LISTS)
def test_a_list_of_nobody_is_refused(bob, name):
    ask(bob, name, ID_MAX, NO_VIDEO if name in OF_VIDEOS else NO_USER)


@pytest.mark.parametrize('of', ['0', '-1', 'x', '1x', '%31x', '1' * 30])
@pytest.mark.parametrize('name', BY_PATH)
def test_an_id_in_the_path_is_a_positive_number(bob, name, of):
    ask(bob, name, of, BAD_PARAMETER)


@pytest.mark.parametrize('name', BY_PATH)
def test_the_slash_at_the_end_may_be_left_out(full, name):
    scene = full(name)
    path = LISTS[name][0].format(scene.of)
    with_slash = scene.viewer.request('GET', path + '/')
    assert with_slash == scene.viewer.request('GET', path)


@pytest.mark.parametrize('tail', ['/x', '//', '/videos', 's'])
def test_nothing_lies_below_or_beside_a_page(bob, tail):
    bob.request('GET', f'/api/v1/users/{bob.id}/videos{tail}', FAILED, http=404)


@pytest.mark.parametrize('name', PUBLIC)
def test_a_public_list_needs_no_session_but_takes_no_bad_one(anyone, full, name):
    scene = full(name)
    assert walk_ids(anyone, name, scene.of, 2) == scene.whole()
    ask(anyone, name, scene.of, NO_SESSION, token='x')


@pytest.mark.parametrize('name', ['friends', 'messages'])
def test_a_private_list_needs_a_session(anyone, full, name):
    ask(anyone, name, full(name).of, NO_SESSION)


# Comments are asked for by a parameter, and say where to go on while there is more.

def test_a_page_of_comments_has_no_cursor_at_the_end(full):
    scene = full('comments')
    assert 'cursor' not in ask(scene.viewer, 'comments', scene.of)
    assert ask(scene.viewer, 'comments', scene.of, limit=2)['cursor']


def test_comments_are_those_of_a_video(anyone):
    for of in None, 'x':
        ask(anyone, 'comments', of, BAD_PARAMETER)


def test_there_is_one_address_for_pages_of_comments(anyone, full):
    anyone.request('GET', f'/api/v1/videos/{full("comments").of}/comments', BAD_PARAMETER)
