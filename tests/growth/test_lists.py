# Lists of a large world: walked to their end, and shown as they are to those who like very much.
# SPDX-License-Identifier: Apache-2.0
import pytest

from client import ids
from pages import walk_ids

USERS, VIDEOS = 520, 12_000
LIKES = 10_050  # more than the server keeps of one viewer in memory
COMMENTS = 1
LIST_MAX = 500


@pytest.fixture
def world(grown):
    return grown(users=USERS, videos=VIDEOS, fans=2, likes=LIKES, follows=USERS, comments=COMMENTS)


def test_a_list_goes_on_where_that_of_the_contract_ends(world):
    ann = world.people(1)[0]
    for name, whole, count in (('likes', ann.favorite_list(), LIKES), ('followers', ann.follower_list(), USERS - 1),
                               ('following', ann.follow_list(), USERS - 1), ('friends', ann.friend_list(), USERS - 1)):
        walked = walk_ids(ann, name, ann.id, 100)
        assert len(walked) == count == len(set(walked))
        assert walked[:LIST_MAX] == ids(whole)


def test_flags_are_right_for_whoever_likes_more_than_is_kept(world):
    ann = world.people(1)[0]
    liked = set(walk_ids(ann, 'likes', ann.id, 100))
    videos, before = ann.feed()
    while videos:
        assert [video['is_favorite'] for video in videos] == [video['id'] in liked for video in videos]
        first = videos[0]['id']
        if first % 20 == 0:
            (ann.unlike if first in liked else ann.like)(first)
            liked ^= {first}
            assert ann.video(first)['is_favorite'] == (first in liked)
        videos, before = ann.feed(before)
    assert ann.user()['favorite_count'] == len(liked)


def test_what_was_seeded_is_as_if_it_had_come_through_the_api(world, new_user, clips):
    ann, bob = world.people(2)
    video = bob.feed()[0][0]
    assert video['comment_count'] == len(bob.comment_list(video['id'])) == COMMENTS
    mine = walk_ids(ann, 'videos', ann.id, 100)
    assert ann.user()['work_count'] == len(mine) == VIDEOS // USERS + 1
    assert ann.user()['favorite_count'] == LIKES
    eve = new_user(world.server.url)
    new = eve.publish_new(clips.data('tiny.mp4'))
    assert (eve.id, new['id']) == (world.world.users.stop, world.world.videos.stop)
    assert ids(bob.feed()[0])[:2] == [new['id'], video['id']]
