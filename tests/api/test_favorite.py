# Likes: giving and taking them back, and the list of what one likes.
# SPDX-License-Identifier: Apache-2.0
import pytest

from checks import BAD_PARAMETER, ID_MAX, NO_USER, NO_VIDEO
from client import ids
from waiting import eventually


def counts(viewer, video_id, author_id, liker_id):
    """Likes of the video, likes its author received, likes the liker gave."""
    return (viewer.video(video_id)['favorite_count'], viewer.user(author_id)['total_favorited'],
            viewer.user(liker_id)['favorite_count'])


def counts_become(expected, viewer, video, liker):
    def counted():
        assert counts(viewer, video['id'], video['author']['id'], liker.id) == expected

    eventually(counted)


def test_a_like_is_counted_and_listed(bob, video):
    bob.like(video['id'])
    assert ids(bob.favorite_list()) == [video['id']]
    assert bob.favorite_list()[0]['is_favorite'] is True
    assert bob.video(video['id'])['is_favorite'] is True
    counts_become((1, 1, 1), bob, video, bob)


def test_liking_twice_counts_once(bob, video):
    bob.like(video['id'])
    bob.like(video['id'])
    assert ids(bob.favorite_list()) == [video['id']]
    counts_become((1, 1, 1), bob, video, bob)


def test_a_like_taken_back_is_gone(bob, video):
    bob.like(video['id'])
    bob.unlike(video['id'])
    assert bob.favorite_list() == []
    assert bob.video(video['id'])['is_favorite'] is False
    counts_become((0, 0, 0), bob, video, bob)


def test_taking_back_what_was_never_given_changes_nothing(bob, video):
    bob.unlike(video['id'])
    bob.unlike(video['id'])
    assert bob.favorite_list() == []
    counts_become((0, 0, 0), bob, video, bob)


def test_a_like_may_be_given_again(bob, video):
    for _ in range(3):
        bob.like(video['id'])
        bob.unlike(video['id'])
    bob.like(video['id'])
    assert ids(bob.favorite_list()) == [video['id']]
    counts_become((1, 1, 1), bob, video, bob)


def test_one_may_like_a_video_of_ones_own(ann, video):
    ann.like(video['id'])
    counts_become((1, 1, 1), ann, video, ann)


def test_likes_of_two_people_are_two(ann, bob, video):
    ann.like(video['id'])
    bob.like(video['id'])
    counts_become((2, 2, 1), bob, video, bob)


def test_the_latest_like_is_listed_first(bob, new_video):
    videos = [new_video()['id'] for _ in range(3)]
    for video_id in (videos[1], videos[0], videos[2]):
        bob.like(video_id)
    assert ids(bob.favorite_list()) == [videos[2], videos[0], videos[1]]
    bob.unlike(videos[1])
    bob.like(videos[1])
    assert ids(bob.favorite_list()) == [videos[1], videos[2], videos[0]]


def test_liking_twice_does_not_move_a_like_up(bob, new_video):
    videos = [new_video()['id'] for _ in range(2)]
    for video_id in (*videos, videos[0]):
        bob.like(video_id)
    assert ids(bob.favorite_list()) == [videos[1], videos[0]]


def test_flags_in_a_list_are_the_viewers_not_the_owners(ann, bob, anyone, video):
    bob.like(video['id'])
    bob.follow(ann.id)
    for viewer, flag in ((bob, True), (ann, False), (anyone, False)):
        listed = viewer.favorite_list(bob.id)
        assert ids(listed) == [video['id']]
        assert listed[0]['is_favorite'] is flag
        assert listed[0]['author']['is_follow'] is flag


@pytest.mark.parametrize('user_id', [None, '', 0])
def test_without_a_user_id_the_list_is_ones_own(bob, a_video_id, user_id):
    bob.like(a_video_id)
    assert ids(bob.favorite_list(user_id)) == [a_video_id]


def test_the_list_of_an_unknown_user_is_refused(bob, anyone):
    bob.favorite_list(ID_MAX, NO_USER)
    anyone.favorite_list(ID_MAX, NO_USER)


def test_an_unknown_video_cannot_be_liked(bob):
    bob.like(ID_MAX, NO_VIDEO)
    bob.unlike(ID_MAX, NO_VIDEO)
    assert bob.favorite_list() == []


@pytest.mark.parametrize('action_type', [None, '', 0, 3, -1, 12, 'like', '1.5', 2**32 + 1])
def test_another_action_is_refused(bob, a_video_id, action_type):
    bob.call('favorite', BAD_PARAMETER, video_id=a_video_id, action_type=action_type)
    assert bob.favorite_list() == []
