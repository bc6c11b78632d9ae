# Memory has a limit however many videos there are, and what comes from memory is true.
# SPDX-License-Identifier: Apache-2.0
import re

import pytest

from client import ids
from effort import rounds
from pages import LISTS, walk_ids
from prometheus_text import Metrics

MIB = 1 << 20
CACHE = 4 * MIB
ONE_CONNECTION = 9 * MIB  # SQLite's page cache of each, and what it notes beside
REST = 8 * MIB            # replies under way, buffers, what the heap cannot give back
FLAT = 6 * MIB            # once the cache is full: pages of SQLite's that were not read before
USERS, VIDEOS = rounds(10_000, 100_000), rounds(30_000, 1_000_000)
VIEWERS = 60
LIKES, FOLLOWS = 300, 20


def peak(server):
    """The most memory the server ever had, in bytes (proc(5), VmHWM)."""
    text = open(f'/proc/{server.process.pid}/status', encoding='ascii').read()
    return int(re.search(r'VmHWM:\s+(\d+) kB', text)[1]) * 1024


def gauge(viewer, name):
    return Metrics(viewer.http.get('/metrics').text).samples[name, frozenset()]


def feed_pages(viewers, before=None, count=10**9):
    """Walks the feed, each page as somebody else; returns where it stopped, None at the end."""
    for number in range(count):
        videos, following = viewers[number % len(viewers)].feed(before)
        if not videos:
            return None
        before = following
    return before


def look_at_lists(viewers):
    for viewer in viewers:
        for name in set(LISTS) - {'comments', 'messages'}:
            walk_ids(viewer, name, viewer.id, 100)
        viewer.favorite_list()
        viewer.follower_list()


@pytest.fixture
def world(grown):
    return grown({'cache.bytes': CACHE}, users=USERS, videos=VIDEOS, fans=VIEWERS, likes=LIKES,
                 follows=FOLLOWS, comments=1)


def test_memory_stays_within_its_limit_whatever_is_walked(world):
    start = peak(world.server)
    viewers = world.people(VIEWERS)
    before = feed_pages(viewers, count=VIDEOS // 30 // 3)
    look_at_lists(viewers[:10])
    full = peak(world.server)
    assert gauge(viewers[0], 'duan_near_bytes') > CACHE / 2  # it is made use of
    feed_pages(viewers, before)
    look_at_lists(viewers)
    connections = gauge(viewers[0], 'duan_sql_readers_open') + 1
    assert gauge(viewers[0], 'duan_near_bytes') <= CACHE
    assert peak(world.server) <= start + 1.5 * CACHE + connections * ONE_CONNECTION + REST
    assert peak(world.server) <= full + FLAT


def flags(videos):
    return [(video['is_favorite'], video['author']['is_follow']) for video in videos]


def shows_the_truth(viewer, videos, liked, followed):
    """What this viewer is shown of some videos is what his lists say."""
    assert flags(videos) == [(video['id'] in liked, video['author']['id'] in followed) for video in videos]


def test_what_a_small_cache_answers_is_true(world):
    viewers = world.people(VIEWERS)
    sets = [(set(walk_ids(viewer, 'likes', viewer.id, 100)), set(ids(viewer.follow_list()))) for viewer in viewers]
    assert all((len(liked), len(followed)) == (LIKES, FOLLOWS) for liked, followed in sets)
    before = None
    for number in range(2 * VIEWERS):  # each twice: from the database, then perhaps from memory
        viewer, (liked, followed) = viewers[number % VIEWERS], sets[number % VIEWERS]
        videos, before = viewer.feed(before)
        shows_the_truth(viewer, videos, liked, followed)
        change_something(viewer, videos, liked, followed)
        shows_the_truth(viewer, viewer.feed()[0], liked, followed)
    for viewer, (liked, followed) in zip(viewers, sets):
        assert set(walk_ids(viewer, 'likes', viewer.id, 100)) == liked
        assert viewer.user()['favorite_count'] == len(liked)
        assert viewer.user()['follow_count'] == len(followed)


def change_something(viewer, videos, liked, followed):
    """Likes and follows the other way round than before, here and in what the test believes."""
    video, author = videos[0]['id'], videos[-1]['author']['id']
    (viewer.unlike if video in liked else viewer.like)(video)
    liked ^= {video}
    if author != viewer.id:
        (viewer.unfollow if author in followed else viewer.follow)(author)
        followed ^= {author}
