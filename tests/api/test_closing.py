# An account that its owner closes: out of sight at once, back within its time, gone afterwards.
# SPDX-License-Identifier: Apache-2.0
import time

import pytest

import checks
from checks import CLOSED, NO_SESSION, NO_USER, NO_VIDEO, OK, WRONG_PASSWORD
from client import ids, unique
from operator_shell import admin
from waiting import eventually

PASSWORD = 'correct horse'
DAY_MS = 24 * 3600 * 1000


def close(viewer, password=PASSWORD, expect=OK):
    return viewer.request('DELETE', '/api/v1/me', expect, password=password)


def login(viewer, expect=OK, **more):
    """With the words it was registered with; on success it goes on with the new session."""
    body = viewer.call('login', expect, token=None, username=viewer.name, password=PASSWORD, **more)
    if expect == OK:
        viewer.token = body['token']
    return body


def is_gone(url, clients, viewer):
    """Nobody has that name any more: it may be taken."""
    return clients(url).call('login', None, token=None, username=viewer.name,
                             password=PASSWORD)['status_code'] == WRONG_PASSWORD


def searched(viewer, word):
    body = viewer.request('GET', '/api/v1/search', q=word)
    return ids(body['users']), ids(body['videos'])


# Closing.

def test_nothing_can_be_done_with_its_videos(ann, bob, anyone, new_video):
    video = new_video(bob)['id']
    bob.comment(video, 'mine')
    close(bob)
    ann.like(video, NO_VIDEO)
    ann.comment(video, 'hello', NO_VIDEO)
    anyone.request('GET', '/api/v1/comments', NO_VIDEO, video_id=video)
    ann.request('GET', '/api/v1/comments', NO_VIDEO, video_id=video)
    ann.report('video', video, 'spam', NO_VIDEO)
    ann.request('POST', f'/api/v1/videos/{video}/not_interested', NO_VIDEO)
    login(bob, undo=1)
    ann.like(video)
    ann.comment(video, 'hello')


def test_what_nobody_can_read_any_more_is_not_unread(ann, bob, new_user):
    eve = new_user()
    bob.send(ann.id, 'hello'), eve.send(ann.id, 'hello')
    unread = lambda: ann.request('GET', '/api/v1/me')['unread']['messages']
    assert unread() == 2
    close(bob)
    ann.chat(bob.id, expect=NO_USER)
    assert unread() == 1 and ann.request('GET', '/api/v1/notifications')['unread']['messages'] == 1
    login(bob, undo=1)
    assert unread() == 2


def test_another_password_closes_nothing(ann):
    close(ann, 'battery staple', WRONG_PASSWORD)
    close(ann, None, WRONG_PASSWORD)
    assert ann.user()['id'] == ann.id


def test_nobody_closes_nothing(anyone):
    close(anyone, expect=NO_SESSION)


def test_it_ends_every_session_and_says_until_when(ann, new_browser):
    page, other = new_browser(), new_browser(signed_in=False)
    other.login(page.name)
    begun = time.time() * 1000
    body = page.call('DELETE', '/api/v1/me', json={'password': page.password})
    assert begun + 29 * DAY_MS < body['until'] < begun + 31 * DAY_MS
    assert not page.is_in() and not other.is_in()
    close(ann)
    ann.user(expect=NO_SESSION)


def test_a_login_says_that_it_is_closed_and_until_when(ann, new_browser):
    until = close(ann)['until']
    day = time.strftime('%Y-%m-%d', time.gmtime(until / 1000 + 8 * 3600))
    assert day in login(ann, CLOSED)['status_msg']
    page = new_browser(signed_in=False)
    page.login(ann.name, expect=CLOSED)
    assert not page.is_in()


def test_who_does_not_know_the_password_hears_nothing_of_it(ann):
    close(ann)
    ann.call('login', WRONG_PASSWORD, token=None, username=ann.name, password='battery staple', undo=1)
    login(ann, CLOSED)


def test_its_name_stays_taken(ann, new_user, clients, server):
    close(ann)
    clients(server.url).register(ann.name, PASSWORD, checks.NAME_TAKEN)


# Out of sight.

def test_nobody_finds_who_has_closed_his_account(ann, bob, anyone, new_video):
    word = unique()
    video = new_video(title=word)['id']
    kept = new_video(bob, 'of bob')['id']
    said = ann.comment(kept, 'by ann')['id']
    bob.follow(ann.id), ann.follow(bob.id), bob.like(video)
    ann.send(bob.id, 'hello')
    close(ann)
    bob.user(ann.id, NO_USER)
    assert video not in ids(anyone.feed()[0]) and video not in ids(bob.feed(ext=1)[0])
    anyone.video(video, NO_VIDEO)
    assert searched(anyone, word) == ([], []) and searched(anyone, ann.name) == ([], [])
    assert said not in ids(bob.comment_list(kept))
    assert ids(bob.favorite_list()) == []
    assert ids(bob.follow_list()) == [] and ids(bob.follower_list()) == [] and ids(bob.friend_list()) == []
    assert anyone.http.get(f'/v/{video}').status_code == 404
    bob.send(ann.id, 'are you there?', NO_USER)
    bob.follow(ann.id, NO_USER)
    news = bob.request('GET', '/api/v1/notifications')['list']
    assert ann.id not in [actor['id'] for one in news for actor in one['actors']]


def test_whom_one_has_blocked_may_close_his_account(ann, bob):
    ann.block(bob.id)
    close(bob)
    assert ann.blocks() == []


# Undone.

def test_a_login_with_undo_brings_everything_back(ann, bob, anyone, new_video):
    video = new_video()['id']
    ann.until_ready(video)
    bob.follow(ann.id), bob.like(video)
    eventually(lambda: ann.user()['follower_count'] == 1 and ann.user()['total_favorited'] == 1)
    before = anyone.video(video)
    close(ann)
    anyone.video(video, NO_VIDEO)
    login(ann, CLOSED, undo=0)
    login(ann, undo=1)
    assert anyone.video(video) == before
    assert ids(bob.follow_list()) == [ann.id] and ids(bob.favorite_list()) == [video]
    login(ann)


def test_a_browser_undoes_it_too(new_browser):
    page = new_browser()
    page.call('DELETE', '/api/v1/me', data={'password': page.password})
    page.call('POST', '/api/v1/session', json={'username': page.name, 'password': page.password, 'undo': 1})
    assert page.is_in()


# Gone.

@pytest.fixture
def quick(own_server):
    """A server on which nothing can be undone."""
    return own_server({'account.undo': '0s'})


@pytest.fixture
def world(quick, new_user, clips):
    """Three people who have to do with each other, ann in the middle."""
    ann, bob, cy = (new_user(quick.url) for _ in range(3))
    mine, theirs = ann.publish_ready(clips.data('tiny.mp4'))['id'], bob.publish_ready(clips.data('tiny.mp4'))['id']
    for one in (ann, bob, cy):
        one.like(mine), one.like(theirs), one.comment(mine, 'on hers'), one.comment(theirs, 'on his')
    ann.follow(bob.id), bob.follow(ann.id), cy.follow(ann.id), cy.follow(bob.id)
    ann.send(bob.id, 'hello'), bob.send(ann.id, 'hello yourself'), cy.send(ann.id, 'me too'), cy.send(bob.id, 'hi')
    ann.report('video', theirs, 'spam'), cy.report('user', ann.id, 'spam')
    return ann, bob, cy, mine, theirs


def rests(bob, cy, theirs):
    return (bob.user()['follower_count'], bob.user()['follow_count'], bob.user()['total_favorited'],
            cy.user()['follow_count'], cy.user()['favorite_count'], bob.video(theirs)['favorite_count'],
            bob.video(theirs)['comment_count'])


# A like of a video that is gone stays with who gave it, as ever: it is counted, and not shown.
RIGHT = (1, 0, 2, 1, 2, 2, 2)


def test_everything_of_it_goes_and_others_counts_are_right(quick, world, clients, new_user):
    ann, bob, cy, mine, theirs = world
    page = ann.video(mine)
    urls = [page['play_url'], page['cover_url'], page['hls_url']]
    close(ann)
    eventually(lambda: is_gone(quick.url, clients, ann))
    eventually(lambda: [ann.http.get(url).status_code for url in urls] == [404] * 3)
    eventually(lambda: rests(bob, cy, theirs) == RIGHT)
    assert [one['user']['id'] for one in bob.comment_list(theirs)] == [cy.id, bob.id]
    assert [m['content'] for m in bob.chat(cy.id, 0)] == ['hi']
    again = new_user(quick.url, ann.name)
    assert again.id != ann.id and again.publish_list() == [] and bob.chat(again.id, 0) == []
    login(ann)


@pytest.mark.one_process('the doctor of a folder; that of a cluster has its own suite')
def test_the_doctor_finds_nothing_of_it(quick, world, clients):
    ann, bob, *_ = world
    close(ann)
    eventually(lambda: is_gone(quick.url, clients, ann))
    eventually(lambda: 'nothing is wrong' in admin(quick.data, 'doctor', status=None).out)


def test_it_is_too_late_to_undo_it(quick, new_user, clients):
    ann = new_user(quick.url)
    close(ann)
    body = ann.call('login', (NO_USER, WRONG_PASSWORD), token=None, username=ann.name, password=PASSWORD, undo=1)
    assert body['status_code'] in (NO_USER, WRONG_PASSWORD)
    eventually(lambda: is_gone(quick.url, clients, ann))


def test_what_was_undone_in_time_is_not_removed(own_server, new_user, clips):
    server = own_server({'account.undo': '2s'})
    ann = new_user(server.url)
    video = ann.publish_new(clips.data('tiny.mp4'))['id']
    until = close(ann)['until']
    login(ann, undo=1)
    eventually(lambda: time.time() * 1000 > until + 3000)
    assert ids(ann.publish_list()) == [video]


def test_a_crash_in_the_middle_does_not_stop_it(quick, world, clients, clips):
    ann, bob, cy, mine, theirs = world
    for _ in range(5):
        ann.publish(clips.data('tiny.mp4'))
    close(ann)
    for _ in range(3):
        quick.kill()
        quick.start()
    eventually(lambda: is_gone(quick.url, clients, ann))
    eventually(lambda: rests(bob, cy, theirs) == RIGHT)
