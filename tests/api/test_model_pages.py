# Pages of any size, read while people add and take away: each element once, in order, none left out.
# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from client import ids
from effort import LONG, rounds
from model import tick
from pages import LISTS, page, walk_ids
from scenes import Stage

MOST = 9             # elements of a list: as many as there are people and videos to choose from
MOST_UPLOADED = 4    # of those that cost an upload each
SETTINGS = settings(max_examples=rounds(10, 100), derandomize=not LONG, database=None, deadline=None,
                    suppress_health_check=list(HealthCheck))
# Before each page, how many are added and which of the old ones go.
EVENTS = st.lists(st.tuples(st.integers(0, 2), st.lists(st.integers(0, 9), max_size=2)), max_size=6)
UPLOADED = ('videos', 'comments')


@pytest.fixture(scope='module')
def stage(new_user, clips):
    return Stage(new_user, clips.data('tiny.mp4'))


class Walk:
    """A walk over a scene, and what it has to find."""

    def __init__(self, scene, size, most):
        self.scene, self.made, self.most = scene, 0, most
        self.add(size)
        self.before = scene.whole()
        self.gone, self.met = set(), []

    def add(self, count):
        for _ in range(min(count, self.most - self.made)):
            tick()
            self.scene.add(self.made)
            self.made += 1

    def take_away(self, which):
        old = [one for one in self.before if one not in self.gone]
        if self.scene.remove and old:
            self.gone.add(old[which % len(old)])
            self.scene.remove(old[which % len(old)])

    def go(self, limit, events):
        tick()
        cursor, events = None, iter(events)
        for _ in range(2 * MOST):
            found, cursor = page(self.scene.viewer, self.scene.name, self.scene.of, limit=limit, cursor=cursor)
            assert len(found) <= limit and (len(found) == limit or not cursor)
            self.met += ids(found)
            more, fewer = next(events, (0, []))
            self.add(more)
            for which in fewer:
                self.take_away(which)
            if not cursor:
                return
        raise AssertionError('the walk has no end')

    def found_what_it_had_to(self):
        assert [one for one in self.met if one not in self.gone] == [
            one for one in self.before if one not in self.gone]
        assert [one for one in self.before if one in self.met] == self.met


@pytest.mark.parametrize('name', LISTS)
def test_a_walk_meets_what_was_there_once_and_in_order(stage, name):
    most = MOST_UPLOADED if name in UPLOADED else MOST

    @settings(SETTINGS, max_examples=rounds(4, 40) if name in UPLOADED else rounds(12, 100))
    @given(size=st.integers(0, most), limit=st.integers(1, 5), events=EVENTS)
    def walks(size, limit, events):
        walk = Walk(stage.scene(name), size, most)
        walk.go(limit, events)
        walk.found_what_it_had_to()

    walks()


@pytest.mark.parametrize('name', LISTS)
def test_pages_of_two_sizes_are_the_same_list(stage, name):
    scene = stage.scene(name)
    Walk(scene, MOST_UPLOADED, MOST_UPLOADED)

    @SETTINGS
    @given(one=st.integers(1, 8), other=st.integers(1, 100))
    def are_the_same(one, other):
        assert walk_ids(scene.viewer, name, scene.of, one) == walk_ids(scene.viewer, name, scene.of, other)
        assert walk_ids(scene.viewer, name, scene.of, one) == scene.whole()

    are_the_same()


FEED_PAGE = 30


@pytest.fixture(scope='module')
def long_feed(stage):
    """The server has more videos than a page of the feed holds."""
    pages = rounds(1, 4)
    for _ in range(len(walk_feed(stage.person(0), lambda: None)), pages * FEED_PAGE + 2):
        stage.person(0).publish(stage.clip)


def walk_feed(viewer, between):
    """Every video of the feed, as somebody meets them who swipes to the end."""
    met, (videos, before) = [], viewer.feed()
    while videos:
        met += ids(videos)
        assert len(met) == len(set(met)), 'a video comes twice'
        between()
        videos, before = viewer.feed(before)
    return met


def test_a_walk_down_the_feed_meets_every_video_once_while_others_upload(stage, long_feed):
    @settings(SETTINGS, max_examples=rounds(4, 40))
    @given(st.lists(st.integers(0, 2), max_size=4))
    def walks(uploads):
        author, pending = stage.person(0), iter(uploads)
        before = walk_feed(author, lambda: None)

        def upload():
            for _ in range(next(pending, 0)):
                author.publish(stage.clip)

        assert walk_feed(author, upload) == before

    walks()
