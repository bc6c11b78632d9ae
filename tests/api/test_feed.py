# The feed: newest first, page after page, nothing twice and nothing left out.
# SPDX-License-Identifier: Apache-2.0
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from checks import BAD_PARAMETER
from client import ids
from waiting import eventually

PAGE = 30
UPLOADS = 70  # more than two pages
CLOCKS_MS = 300_000  # how far the clocks of client and server may be apart


def now_ms():
    return int(time.time() * 1000)


def pages_from(viewer, latest=None):
    """Page after page with its next_time, the empty one at the end included."""
    while True:
        videos, next_time = viewer.feed(latest)
        # Without this, a server whose pages do not advance would be walked for ever.
        assert not videos or latest is None or next_time < latest, 'the feed does not advance'
        yield ids(videos), next_time
        if not videos:
            return
        latest = next_time


def walk(viewer, wanted=(), start=None):
    """The ids of page after page, until all wanted ones were seen or the feed ended."""
    seen, pages = [], []
    for page, _ in pages_from(viewer, start):
        pages.append(page)
        seen += page
        if set(wanted) <= set(seen):
            break
    return seen, pages


def first(viewer, **params):
    return ids(viewer.feed(**params)[0])


@pytest.fixture(scope='module')
def many(new_user, clips):
    """Ids of videos uploaded by several people at once, so that many share a moment."""
    authors = [new_user() for _ in range(10)]
    clip = clips.data('tiny.mp4')
    with ThreadPoolExecutor(4) as pool:  # one address may not have many uploads at a time
        list(pool.map(lambda at: authors[at % len(authors)].publish(clip, f'clip {at}'),
                      range(UPLOADS)))
    return [ids(author.publish_list()) for author in authors]


# Pages.

def test_walking_the_feed_shows_every_video_once(anyone, many):
    wanted = sum(many, [])
    assert len(wanted) == len(set(wanted)) == UPLOADS
    seen, pages = walk(anyone, wanted)
    assert set(wanted) <= set(seen)
    assert len(seen) == len(set(seen)), 'a video came twice'
    assert all(len(page) <= PAGE for page in pages)


@pytest.mark.parametrize('later_ms', [1, 30, 100, 300, 700, 1500, 4000])
def test_the_order_is_the_same_wherever_a_page_begins(anyone, many, later_ms):
    """Pages then end elsewhere, so that none ends by luck between two moments."""
    wanted = sum(many, [])
    whole, _ = walk(anyone, wanted)
    _, end_of_page = anyone.feed()
    seen, _ = walk(anyone, [wanted[0]], start=end_of_page + later_ms)
    begin = whole.index(seen[0])
    assert seen[:len(whole) - begin] == whole[begin:begin + len(seen)]


def test_the_feed_is_ordered_newest_first(anyone, many):
    """As every author's own list is."""
    seen, _ = walk(anyone, sum(many, []))
    for own in many:
        assert [video for video in seen if video in own] == own


def test_a_page_that_is_not_the_last_is_full(anyone, many):
    _, pages = walk(anyone, sum(many, []))
    assert {len(page) for page in pages[:2]} == {PAGE}


def test_asking_for_the_same_page_twice_gives_the_same_page(anyone, many):
    _, latest = anyone.feed()
    page = anyone.feed(latest)
    assert anyone.feed(latest) == page


def test_an_upload_does_not_disturb_a_walk_under_way(anyone, many, new_video):
    videos, latest = anyone.feed()
    new = new_video()
    rest, _ = walk(anyone, start=latest, wanted=sum(many, []))
    assert new['id'] not in rest
    assert not set(ids(videos)) & set(rest)


def test_next_time_is_when_the_oldest_of_the_page_was_published(anyone, many):
    """The bound excludes it; a millisecond later it is back, and nothing older is before it."""
    videos, latest = anyone.feed()
    assert ids(videos)[-1] not in first(anyone, latest_time=latest)
    assert first(anyone, latest_time=latest + 1)[0] == ids(videos)[-1]


def test_the_feed_ends_with_an_empty_page_and_the_time_of_now(anyone, a_video_id):
    before = now_ms()
    *pages, (last, latest) = pages_from(anyone)
    assert pages and last == []
    assert before - CLOCKS_MS <= latest <= now_ms() + CLOCKS_MS
    assert anyone.feed(latest)[0], 'the app would not start over'


def test_a_server_without_videos_has_an_empty_feed(own_server, clients):
    viewer = clients(own_server().url)
    before = now_ms()
    videos, latest = viewer.feed()
    assert videos == []
    assert before - CLOCKS_MS <= latest <= now_ms() + CLOCKS_MS


# The bound.

@pytest.mark.parametrize('latest_time', [
    None, '', 0, '0', -1, -1676623403000, '0e0', 99_999_999_999, 9_999_999_999, 10**15,
    9_223_372_036_854_775_807, '9e18', '9.9e+10',
], ids=str)
def test_no_bound_or_one_to_come_is_now(anyone, new_video, latest_time):
    new = new_video()
    assert new['id'] in first(anyone, latest_time=latest_time)


@pytest.mark.parametrize('latest_time', [
    1, 1_000_000_000, 100_000_000_000, 1_000_000_000_000, '1e+12', '1e+09', '1E11',
], ids=str)
def test_before_the_first_video_there_is_nothing(anyone, a_video_id, latest_time):
    videos, next_time = anyone.feed(latest_time)
    assert videos == []
    assert abs(next_time - now_ms()) < CLOCKS_MS


def test_seconds_are_understood(anyone, new_video):
    new = new_video()
    in_an_hour = int(time.time()) + 3600
    assert new['id'] in first(anyone, latest_time=in_an_hour)
    # Taken for milliseconds, an hour ago would be in 1970, and the feed at its end.
    an_hour_ago = int(time.time()) - 3600
    videos, next_time = anyone.feed(an_hour_ago)
    in_ms, next_in_ms = anyone.feed(an_hour_ago * 1000)
    assert ids(videos) == ids(in_ms)
    assert next_time == next_in_ms or not videos


def test_milliseconds_are_understood(anyone, new_video):
    new = new_video()
    assert new['id'] in first(anyone, latest_time=now_ms() + 3_600_000)
    assert new['id'] not in first(anyone, latest_time=now_ms() - 3_600_000)


@pytest.mark.parametrize('latest_time', ['abc', '1.5', '2023-02-17', '9223372036854775808'])
def test_a_bound_that_is_no_number_is_refused(anyone, latest_time):
    anyone.feed(latest_time, BAD_PARAMETER)


# The viewer.

def test_a_published_video_is_in_the_feed_at_once(anyone, ann, new_video):
    new = new_video(title='look at this')
    found = next(video for video in anyone.feed()[0] if video['id'] == new['id'])
    assert (found['title'], found['author']['id']) == ('look at this', ann.id)
    assert (found['is_favorite'], found['author']['is_follow']) == (False, False)


def test_flags_are_the_viewers(anyone, bob, ann, video):
    bob.like(video['id'])
    bob.follow(ann.id)

    def seen_by(viewer):
        found = next(found for found in viewer.feed()[0] if found['id'] == video['id'])
        return found['is_favorite'], found['author']['is_follow']

    assert seen_by(bob) == (True, True)
    assert seen_by(ann) == (False, False)
    assert seen_by(anyone) == (False, False)
    bob.unlike(video['id'])
    bob.unfollow(ann.id)
    assert seen_by(bob) == (False, False)


def test_counts_in_the_feed_follow_what_happens(anyone, bob, video):
    bob.like(video['id'])
    bob.comment(video['id'], 'hello')

    def counted():
        found = next(found for found in anyone.feed()[0] if found['id'] == video['id'])
        assert (found['favorite_count'], found['comment_count']) == (1, 1)

    eventually(counted)
