# All instances of a role are gone: that costs what the role does, and all of it is back when they are.
# SPDX-License-Identifier: Apache-2.0
import contextlib
from types import SimpleNamespace

import pytest

import checks
from checks import AWAY
from waiting import eventually


@pytest.fixture(scope='module')
def town(pairs, clients, clips):
    """Two people who have done everything once, and a stranger."""
    ann, bob = clients(pairs.url), clients(pairs.url)
    for somebody, name in ((ann, 'ann'), (bob, 'bob')):
        somebody.register(name, 'correct horse')
    video = ann.publish_new(clips.data('tiny.mp4'))
    bob.like(video['id'])
    bob.comment(video['id'], 'first')
    bob.follow(ann.id)
    ann.follow(bob.id)
    bob.send(ann.id, 'hello')
    return SimpleNamespace(ann=ann, bob=bob, stranger=clients(pairs.url), video=video['id'])


@contextlib.contextmanager
def without(cluster, role):
    gone = cluster.cluster.of(role)
    for instance in gone:
        instance.kill()
    try:
        yield
    finally:
        cluster.cluster.start()


# What one does with each role; each step is one that needs the role to work, or the feed, which must not.
STEPS = {
    'feed': lambda t: t.bob.feed(),
    'feed of a stranger': lambda t: t.stranger.feed(),
    'like': lambda t: t.bob.like(t.video),
    'likes': lambda t: t.bob.favorite_list(),
    'comment': lambda t: t.bob.comment(t.video, 'again'),
    'comments': lambda t: t.bob.comment_list(t.video),
    'follow': lambda t: t.bob.follow(t.ann.id),
    'follows': lambda t: t.bob.follow_list(),
    'followers': lambda t: t.ann.follower_list(),
    'friends': lambda t: t.ann.friend_list(),
    'send': lambda t: t.bob.send(t.ann.id, 'still there?'),
    'chat': lambda t: t.bob.chat(t.ann.id),
    'profile': lambda t: t.bob.user(t.ann.id),
    'videos': lambda t: t.bob.publish_list(t.ann.id),
    'login': lambda t: t.stranger.login('ann', 'correct horse'),
}
FAILS = {
    'favorite': {'like', 'likes'},
    'comment': {'comment', 'comments'},
    'relation': {'follow', 'follows', 'followers', 'friends', 'comment', 'send'},  # may they? nobody can say
    'message': {'send', 'chat'},
    'video': {'feed', 'feed of a stranger', 'like', 'likes', 'comment', 'videos'},
    'user': set(STEPS) - {'feed', 'feed of a stranger'},
}


@pytest.mark.parametrize('role', FAILS)
def test_a_role_that_is_gone_costs_its_own_features_only(pairs, town, role):
    with without(pairs, role):
        found = {name: outcome(step, town) for name, step in STEPS.items()}
    assert {name for name, what in found.items() if what == 'refused'} == FAILS[role]
    for step in STEPS.values():
        eventually(lambda step=step: step(town))


def outcome(step, town):
    """'done', 'without names', or 'refused' the way that something away is to be told."""
    try:
        step(town)
    except AssertionError as failure:
        if "name: ''" in str(failure):
            return 'without names'
        status, text = failure.args[0]
        assert status == 503, text
        checks.envelope_text(text.encode(), AWAY)
        return 'refused'
    return 'done'


def test_a_feed_without_likes_and_follows_is_a_feed(pairs, town):
    """Unknown reads as not liked, not followed."""
    known, = town.bob.feed()[0]
    assert known['is_favorite'] and known['author']['is_follow']
    with without(pairs, 'favorite'), without(pairs, 'relation'):
        shown, = town.bob.feed()[0]
        assert not shown['is_favorite'] and not shown['author']['is_follow']
        assert shown['title'] == known['title'] and shown['play_url'] == known['play_url']
    eventually(lambda: town.bob.feed()[0][0]['is_favorite'])


def test_a_write_to_a_role_that_is_gone_says_when_to_come_back(pairs, town):
    with without(pairs, 'message'):
        response = town.bob.http.post('/douyin/message/action/', params={
            'token': town.bob.token, 'to_user_id': town.ann.id, 'action_type': 1, 'content': 'hello'})
    assert response.status_code == 503
    assert int(response.headers['retry-after']) >= 1
