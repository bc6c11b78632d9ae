# Counters equal the truth after many people acted at once, whatever was repeated.
# SPDX-License-Identifier: Apache-2.0
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from client import ids
from waiting import eventually

PEOPLE = 10
ACTS = 30


@pytest.fixture
def crowd(new_user):
    return [new_user() for _ in range(PEOPLE)]


def at_once(act, values):
    """Runs act(value) for all values at the same time; a failure in any is a failure here."""
    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(act, values))


def toggled(do, undo, seed):
    """Does and undoes at random, ACTS times; returns whether it is done in the end."""
    chance = random.Random(seed)
    done = False
    for _ in range(ACTS):
        done = chance.random() < 0.5
        (do if done else undo)()
    return done


def equal(actual, expected):
    def compared():
        assert actual() == expected

    eventually(compared)


def test_likes_of_a_crowd_add_up(crowd, ann, video):
    video_id = video['id']

    def act(at):
        person = crowd[at]
        return toggled(lambda: person.like(video_id), lambda: person.unlike(video_id), at)

    likes = at_once(act, range(PEOPLE))
    equal(lambda: ann.video(video_id)['favorite_count'], sum(likes))
    equal(lambda: ann.user()['total_favorited'], sum(likes))
    for person, likes_it in zip(crowd, likes):
        equal(lambda: person.user()['favorite_count'], int(likes_it))
        assert ids(person.favorite_list()) == [video_id] * likes_it
        assert person.video(video_id)['is_favorite'] is likes_it


def test_follows_of_a_crowd_add_up(crowd, ann):
    def act(at):
        person = crowd[at]
        return toggled(lambda: person.follow(ann.id), lambda: person.unfollow(ann.id), at)

    follows = at_once(act, range(PEOPLE))
    equal(lambda: ann.user()['follower_count'], sum(follows))
    assert set(ids(ann.follower_list())) == {
        person.id for person, follows_her in zip(crowd, follows) if follows_her}
    for person, follows_her in zip(crowd, follows):
        equal(lambda: person.user()['follow_count'], int(follows_her))


def test_comments_of_a_crowd_add_up(crowd, ann, video):
    def act(at):
        chance, kept = random.Random(at), []
        for number in range(ACTS // 2):
            kept.append(crowd[at].comment(video['id'], f'number {number}')['id'])
            if chance.random() < 0.5:
                crowd[at].delete_comment(video['id'], kept.pop())
        return kept

    kept = at_once(act, range(PEOPLE))
    assert set(ids(ann.comment_list(video['id']))) == set(sum(kept, []))
    equal(lambda: ann.video(video['id'])['comment_count'], sum(map(len, kept)))


def test_one_like_sent_many_times_at_once_is_one(bob, ann, video):
    at_once(lambda _: bob.like(video['id']), range(20))
    equal(lambda: ann.video(video['id'])['favorite_count'], 1)
    equal(lambda: ann.user()['total_favorited'], 1)
    equal(lambda: bob.user()['favorite_count'], 1)
    at_once(lambda _: bob.unlike(video['id']), range(20))
    equal(lambda: ann.video(video['id'])['favorite_count'], 0)
    equal(lambda: ann.user()['total_favorited'], 0)
    equal(lambda: bob.user()['favorite_count'], 0)


def test_one_follow_sent_many_times_at_once_is_one(bob, ann):
    at_once(lambda _: bob.follow(ann.id), range(20))
    equal(lambda: ann.user()['follower_count'], 1)
    equal(lambda: bob.user()['follow_count'], 1)
    at_once(lambda _: bob.unfollow(ann.id), range(20))
    equal(lambda: ann.user()['follower_count'], 0)
    equal(lambda: bob.user()['follow_count'], 0)


def test_one_comment_deleted_many_times_at_once_goes_once(bob, video):
    comment = bob.comment(video['id'], 'goes')
    bob.comment(video['id'], 'stays')
    replies = at_once(lambda _: bob.delete_comment(video['id'], comment['id'], None), range(20))
    assert [reply['status_code'] for reply in replies].count(0) == 1
    equal(lambda: bob.video(video['id'])['comment_count'], 1)


def test_liking_and_unliking_at_once_leaves_one_of_the_two(bob, ann, video):
    at_once(lambda at: (bob.like if at % 2 else bob.unlike)(video['id']), range(30))
    likes_it = bob.video(video['id'])['is_favorite']
    assert ids(bob.favorite_list()) == [video['id']] * likes_it
    equal(lambda: bob.video(video['id'])['favorite_count'], int(likes_it))
    equal(lambda: ann.user()['total_favorited'], int(likes_it))


def test_a_crowd_that_follows_each_other_counts_everybody(crowd):
    at_once(lambda person: [person.follow(other.id) for other in crowd if other is not person],
            crowd)
    for person in crowd:
        equal(lambda: (person.user()['follow_count'], person.user()['follower_count']),
              (PEOPLE - 1, PEOPLE - 1))
        assert len(person.friend_list()) == PEOPLE - 1


def test_uploads_at_once_are_all_counted(ann, clips):
    clip = clips.data('tiny.mp4')
    at_once(lambda at: ann.publish(clip, f'clip {at}'), range(6))
    assert {video['title'] for video in ann.publish_list()} == {f'clip {at}' for at in range(6)}
    equal(lambda: ann.user()['work_count'], 6)


def test_what_one_does_shows_at_once_on_pages_seen_before(ann, bob, video):
    """Nothing changes by itself any more, and everybody has seen the numbers: only the act moves them."""
    video_id = video['id']
    ann.until_ready(video_id)

    def seen(viewer):
        page = {v['id']: v for v in viewer.publish_list(ann.id)}[video_id]
        author = page['author']
        return (page['favorite_count'], page['is_favorite'], page['comment_count'],
                author['total_favorited'], author['follower_count'], author['is_follow'])

    assert seen(ann) == seen(bob) == (0, False, 0, 0, 0, False)
    bob.like(video_id)
    assert seen(bob) == (1, True, 0, 1, 0, False) and seen(ann)[0] == 1
    bob.comment(video_id, 'first')
    assert seen(bob) == (1, True, 1, 1, 0, False) and seen(ann)[2] == 1
    bob.follow(ann.id)
    assert seen(bob) == (1, True, 1, 1, 1, True) and seen(ann)[4] == 1
    bob.unlike(video_id)
    assert seen(bob) == (0, False, 1, 0, 1, True) and seen(ann)[0] == 0
