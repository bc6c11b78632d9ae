# What happened to one's videos and to oneself, gathered until it is read.
# SPDX-License-Identifier: Apache-2.0
import pytest

import checks
from checks import BAD_PARAMETER, NO_SESSION, OK
from client import ids
from waiting import eventually

KINDS = ('like', 'comment', 'follow', 'processing')
NEVER = 2**62


def a_kind(value):
    assert value in KINDS


def notice(value):
    checks.shape(value, {'id': checks.number_id, 'kind': a_kind, 'count': checks.count, 'at': checks.milliseconds, 'read': checks.flag})
    checks.every(value['actors'], checks.user)
    if value['kind'] in ('like', 'comment', 'processing'):
        checks.video(value['video'])
    return value


def page(viewer, expect=OK, **params):
    body = viewer.request('GET', '/api/v1/notifications', expect, **params)
    if expect != OK:
        return body
    return checks.every(body['list'], notice), body.get('cursor')


def listed(viewer, kind=None):
    return [one for one in page(viewer)[0] if kind in (None, one['kind'])]


def read(viewer, up_to=NEVER, expect=OK):
    return viewer.request('POST', '/api/v1/notifications/read', expect, up_to=up_to)


def unread(viewer):
    body = viewer.request('GET', '/api/v1/notifications')
    return body['unread']['notifications'], body['unread']['messages']


def becomes(viewer, kind, expected):
    """(count, ids of the actors) of the one notice of this kind; None: there is none."""
    def same():
        found = [(one['count'], ids(one['actors'])) for one in listed(viewer, kind)]
        assert found == ([expected] if expected else [])

    eventually(same)


def test_likes_of_a_video_are_gathered(ann, bob, new_user, video):
    eve = new_user()
    bob.like(video['id'])
    becomes(ann, 'like', (1, [bob.id]))
    eve.like(video['id'])
    becomes(ann, 'like', (2, [eve.id, bob.id]))
    assert listed(ann, 'like')[0]['video']['id'] == video['id']
    bob.unlike(video['id'])
    becomes(ann, 'like', (1, [eve.id]))
    assert listed(bob) == []


def test_comments_and_follows_are_told(ann, bob, video):
    comment = bob.comment(video['id'], 'nice')
    bob.follow(ann.id)
    becomes(ann, 'comment', (1, [bob.id]))
    becomes(ann, 'follow', (1, [bob.id]))
    told = checks.comment(listed(ann, 'comment')[0]['comment'])
    assert (told['id'], told['content'], told['user']['id']) == (comment['id'], 'nice', bob.id)
    bob.delete_comment(video['id'], comment['id'])
    bob.unfollow(ann.id)
    becomes(ann, 'comment', None)
    becomes(ann, 'follow', None)


def test_the_end_of_processing_is_told_to_the_author(ann, video):
    ann.until_ready(video['id'])
    becomes(ann, 'processing', (1, []))
    assert listed(ann, 'processing')[0]['video']['id'] == video['id']


def test_what_one_does_oneself_is_no_news(ann, video):
    ann.like(video['id'])
    ann.comment(video['id'], 'mine')
    assert listed(ann, 'like') == listed(ann, 'comment') == []


def test_what_was_read_is_not_counted_and_begins_anew(ann, bob, new_user, video):
    eve = new_user()
    ann.until_ready(video['id'])
    eventually(lambda: checks.every(listed(ann, 'processing'), notice) or pytest.fail('not yet'))
    bob.like(video['id'])
    becomes(ann, 'like', (1, [bob.id]))
    assert unread(ann) == (2, 0)
    read(ann)
    assert unread(ann) == (0, 0) and all(one['read'] for one in listed(ann))
    eve.like(video['id'])
    becomes(ann, 'like', (1, [eve.id]))
    assert unread(ann) == (1, 0) and not listed(ann, 'like')[0]['read']


def test_me_counts_what_is_unread_as_the_list_does(ann, bob):
    bob.follow(ann.id)
    bob.send(ann.id, 'hello')
    becomes(ann, 'follow', (1, [bob.id]))
    assert ann.request('GET', '/api/v1/me')['unread'] == {'messages': 1, 'notifications': 1}
    read(ann)
    assert ann.request('GET', '/api/v1/me')['unread'] == {'messages': 1, 'notifications': 0}


def test_what_came_after_the_newest_that_was_seen_stays_unread(ann, bob, video):
    bob.follow(ann.id)
    becomes(ann, 'follow', (1, [bob.id]))
    seen = listed(ann, 'follow')[0]['at']
    bob.like(video['id'])
    becomes(ann, 'like', (1, [bob.id]))
    read(ann, seen)
    assert listed(ann, 'follow')[0]['read'] and not listed(ann, 'like')[0]['read']


def test_people_who_wrote_and_were_not_read_are_counted(ann, bob, new_user):
    eve = new_user()
    bob.send(ann.id, 'one'), bob.send(ann.id, 'two'), eve.send(ann.id, 'three')
    assert unread(ann)[1] == 2
    ann.chat(bob.id)
    assert unread(ann)[1] == 1
    assert unread(bob)[1] == 0


def test_notices_of_a_blocked_person_are_not_shown(ann, bob, video):
    bob.like(video['id'])
    becomes(ann, 'like', (1, [bob.id]))
    ann.block(bob.id)
    assert listed(ann, 'like') == []
    ann.unblock(bob.id)
    becomes(ann, 'like', (1, [bob.id]))


def test_what_a_blocked_person_does_is_not_counted(ann, bob, new_user, video):
    ann.until_ready(video['id'])
    becomes(ann, 'processing', (1, []))
    read(ann)
    bob.like(video['id'])
    becomes(ann, 'like', (1, [bob.id]))
    assert unread(ann) == (1, 0)
    ann.block(bob.id)
    new_user().follow(ann.id)
    eventually(lambda: listed(ann, 'follow') or pytest.fail('not yet'))
    assert unread(ann) == (1, 0) and ann.request('GET', '/api/v1/me')['unread']['notifications'] == 1
    read(ann, listed(ann)[0]['at'])
    assert unread(ann) == (0, 0)


def test_the_latest_comes_first_and_pages_hold_all(ann, bob, clips):
    videos = [ann.publish_new(clips.data('tiny.mp4'))['id'] for _ in range(3)]
    for video in videos:
        bob.like(video)
    eventually(lambda: checks.every(listed(ann, 'like')[2:], notice) or pytest.fail('not yet'))
    likes = [one['video']['id'] for one in listed(ann, 'like')]
    assert likes == videos[::-1]
    found, cursor = page(ann, limit=1)
    while cursor:
        more, cursor = page(ann, limit=1, cursor=cursor)
        found += more
    assert [one['video']['id'] for one in found if one['kind'] == 'like'] == likes


def test_notices_are_ones_own(ann, bob, anyone, video):
    bob.like(video['id'])
    page(anyone, NO_SESSION)
    read(anyone, expect=NO_SESSION)
    becomes(ann, 'like', (1, [bob.id]))
    read(bob)
    assert not listed(ann, 'like')[0]['read']


@pytest.mark.parametrize('up_to', [None, '', 0, 'x', '1.5', '9' * 30])
def test_what_was_read_is_told_by_a_time(ann, up_to):
    read(ann, up_to, BAD_PARAMETER)


@pytest.mark.parametrize('wrong', [{'limit': 0}, {'limit': 101}, {'cursor': 'x'}, {'cursor': 'A' * 22}])
def test_a_page_is_asked_for_as_other_pages_are(ann, wrong):
    page(ann, BAD_PARAMETER, **wrong)
