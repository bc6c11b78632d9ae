# With whom one has exchanged messages: the latest first, friends or not.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from checks import BAD_PARAMETER, NO_SESSION
from waiting import next_millisecond

CONVERSATION = {'user': checks.user, 'message': checks.message, 'unread': checks.flag}


def page(viewer, **params):
    body = viewer.request('GET', '/api/v1/conversations', **params)
    for one in body['conversation_list']:
        checks.shape(one, CONVERSATION)
    return body['conversation_list'], body.get('cursor')


def peers(viewer, **params):
    return [one['user']['id'] for one in page(viewer, **params)[0]]


def say(sender, receiver, text='hello'):
    sender.send(receiver.id, text)
    next_millisecond()


@pytest.fixture
def people(server, new_user):
    return [new_user(server.url) for _ in range(4)]


def test_nobody_has_none(ann, anyone):
    assert page(ann) == ([], None)
    anyone.request('GET', '/api/v1/conversations', NO_SESSION)


def test_strangers_who_wrote_are_there_for_both(ann, bob):
    say(ann, bob, 'are you there?')
    (mine,), (theirs,) = page(ann)[0], page(bob)[0]
    assert mine['user']['id'] == bob.id and theirs['user']['id'] == ann.id
    assert mine['message'] == theirs['message']
    assert (mine['message']['content'], mine['message']['from_user_id']) == ('are you there?', ann.id)


def test_the_one_in_which_something_was_said_last_is_first(ann, people):
    for one in people:
        say(one, ann)
    assert peers(ann) == [one.id for one in reversed(people)]
    say(ann, people[1])
    assert peers(ann)[0] == people[1].id


def test_what_was_never_delivered_is_unread(ann, bob):
    say(bob, ann)
    assert [one['unread'] for one in page(ann)[0]] == [True]
    assert [one['unread'] for one in page(bob)[0]] == [False]
    ann.chat(bob.id)
    assert [one['unread'] for one in page(ann)[0]] == [False]


def test_pages_follow_each_other_without_gap_or_double(ann, people):
    for one in people:
        say(one, ann)
    first, cursor = page(ann, limit=3)
    rest, end = page(ann, limit=3, cursor=cursor)
    assert [one['user']['id'] for one in first + rest] == [one.id for one in reversed(people)]
    assert (len(first), end) == (3, None)
    ann.request('GET', '/api/v1/conversations', BAD_PARAMETER, cursor='x')
    ann.request('GET', '/api/v1/conversations', BAD_PARAMETER, limit=0)


def test_who_is_blocked_or_has_gone_is_left_out(ann, people):
    for one in people:
        say(one, ann)
    ann.block(people[0].id)
    people[1].request('DELETE', '/api/v1/me', password='correct horse')
    assert peers(ann) == [people[3].id, people[2].id]


def test_one_knows_whom_one_follows(ann, bob):
    say(bob, ann)
    ann.follow(bob.id)
    assert [one['user']['is_follow'] for one in page(ann)[0]] == [True]
