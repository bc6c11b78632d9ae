# Following, being followed, and friends: those who follow each other.
# SPDX-License-Identifier: Apache-2.0
import pytest

from checks import BAD_PARAMETER, ID_MAX, NO_SESSION, NO_USER, SELF_FOLLOW
from client import ids
from model import tick
from waiting import eventually

LIST_MAX = 500
LISTS = ['follow_list', 'follower_list', 'friend_list']


def counts_become(viewer, expected):
    """How many the user follows, and how many follow him."""
    def counted():
        user = viewer.user()
        assert (user['follow_count'], user['follower_count']) == expected

    eventually(counted)


def test_following_is_counted_and_listed_on_both_sides(ann, bob):
    ann.follow(bob.id)
    assert ids(ann.follow_list()) == [bob.id]
    assert ids(bob.follower_list()) == [ann.id]
    assert ann.follower_list() == [] and bob.follow_list() == []
    counts_become(ann, (1, 0))
    counts_become(bob, (0, 1))


def test_following_twice_counts_once(ann, bob):
    ann.follow(bob.id)
    ann.follow(bob.id)
    assert ids(ann.follow_list()) == [bob.id]
    counts_become(bob, (0, 1))


def test_unfollowing_undoes_it(ann, bob):
    ann.follow(bob.id)
    ann.unfollow(bob.id)
    assert ann.follow_list() == [] and bob.follower_list() == []
    counts_become(ann, (0, 0))
    counts_become(bob, (0, 0))


def test_unfollowing_whom_one_does_not_follow_changes_nothing(ann, bob):
    ann.unfollow(bob.id)
    ann.unfollow(bob.id)
    counts_become(ann, (0, 0))
    counts_become(bob, (0, 0))


def test_nobody_follows_himself(ann):
    ann.follow(ann.id, SELF_FOLLOW)
    assert ann.follow_list() == [] and ann.follower_list() == []


def test_an_unknown_user_cannot_be_followed(ann):
    ann.follow(ID_MAX, NO_USER)
    ann.unfollow(ID_MAX, NO_USER)
    assert ann.follow_list() == []
    counts_become(ann, (0, 0))


@pytest.mark.parametrize('action_type', [None, '', 0, 3, -1, 'follow', 2**32 + 1])
def test_another_action_is_refused(ann, bob, action_type):
    ann.call('relation', BAD_PARAMETER, to_user_id=bob.id, action_type=action_type)
    assert ann.follow_list() == []


# Lists.

def test_is_follow_in_a_list_is_the_viewers(ann, bob, new_user, anyone):
    other = new_user()
    ann.follow(other.id)
    bob.follow(other.id)
    other.follow(bob.id)
    assert [user['is_follow'] for user in ann.follow_list(bob.id)] == [True]
    assert {user['id']: user['is_follow'] for user in ann.follower_list(other.id)} == {
        ann.id: False, bob.id: False}
    assert [user['is_follow'] for user in anyone.follow_list(bob.id)] == [False]
    assert [user['is_follow'] for user in bob.follower_list()] == [True]


@pytest.mark.parametrize('user_id', [None, '', 0])
def test_without_a_user_id_the_lists_are_ones_own(ann, bob, user_id):
    ann.follow(bob.id)
    bob.follow(ann.id)
    for listed in (ann.follow_list, ann.follower_list, ann.friend_list):
        assert ids(listed(user_id)) == [bob.id]


@pytest.mark.parametrize('endpoint', LISTS)
def test_the_lists_of_an_unknown_user_are_refused(ann, endpoint):
    ann.call(endpoint, NO_USER, user_id=ID_MAX)


def test_the_newest_500_followers_are_listed(ann, new_user):
    followers = [new_user() for _ in range(LIST_MAX + 2)]
    for follower in followers:
        follower.follow(ann.id)
    listed = ids(ann.follower_list())
    assert len(listed) == LIST_MAX
    assert set(listed) == {follower.id for follower in followers[2:]}
    counts_become(ann, (0, LIST_MAX + 2))


def test_who_was_followed_last_comes_first(ann, new_user):
    people = [new_user().id for _ in range(3)]
    for user_id in (people[1], people[0], people[2]):
        ann.follow(user_id)
    assert ids(ann.follow_list()) == [people[2], people[0], people[1]]


# Friends.

@pytest.fixture
def friends(ann, bob):
    ann.follow(bob.id)
    bob.follow(ann.id)
    return ann, bob


def test_friends_follow_each_other(ann, bob):
    ann.follow(bob.id)
    assert ann.friend_list() == [] and bob.friend_list() == []
    bob.follow(ann.id)
    assert ids(ann.friend_list()) == [bob.id] and ids(bob.friend_list()) == [ann.id]
    ann.unfollow(bob.id)
    assert ann.friend_list() == [] and bob.friend_list() == []


def test_friends_without_messages_have_an_empty_one(friends):
    ann, bob = friends
    friend = ann.friend_list()[0]
    assert (friend['message'], friend['msgType'], friend['is_follow']) == ('', 0, True)


def test_the_latest_message_is_shown_with_its_direction(friends):
    ann, bob = friends
    ann.send(bob.id, 'first')
    assert latest(ann) == ('first', 1)
    assert latest(bob) == ('first', 0)
    bob.send(ann.id, 'second')
    assert latest(ann) == ('second', 0)
    assert latest(bob) == ('second', 1)
    ann.send(bob.id, 'third')
    assert latest(ann) == ('third', 1)


def latest(viewer):
    friend = viewer.friend_list()[0]
    return friend['message'], friend['msgType']


def test_the_message_is_the_viewers_own_whoevers_list_it_is(friends, new_user):
    ann, bob = friends
    other = new_user()
    ann.send(bob.id, 'between ann and bob')
    other.send(bob.id, 'between other and bob')
    shown = {friend['id']: (friend['message'], friend['msgType'])
             for friend in other.friend_list(ann.id)}
    assert shown == {bob.id: ('between other and bob', 1)}
    shown = {friend['id']: friend['message'] for friend in other.friend_list(bob.id)}
    assert shown == {ann.id: ''}


def test_the_friend_list_needs_a_session(anyone, ann):
    anyone.call('friend_list', NO_SESSION, user_id=ann.id)


def test_among_the_friends_of_somebody_else_one_has_no_message_with_oneself(ann, bob, new_user):
    eve = new_user()
    for friend in (eve, bob):  # the later one comes first
        tick()
        ann.follow(friend.id)
        friend.follow(ann.id)
    bob.send(eve.id, 'from bob to eve')
    assert [friend['message'] for friend in bob.friend_list(ann.id)] == ['', 'from bob to eve']
    assert [friend['msgType'] for friend in bob.friend_list(ann.id)] == [0, 1]
    assert [friend['message'] for friend in eve.friend_list(ann.id)] == ['from bob to eve', '']
