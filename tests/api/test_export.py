# A copy of what somebody has here: asked for with the password, made by a job, fetched by nobody else.
# SPDX-License-Identifier: Apache-2.0
import io
import json
import zipfile

import pytest

from browser import OWN_PAGE
from checks import NO_SESSION, OK, QUOTA_USED_UP, WRONG_PASSWORD
from server_process import files_in
from waiting import eventually

NO_EXPORT = 10018
PASSWORD = 'correct horse'
PARTS = {'profile.json', 'sessions.json', 'videos.json', 'comments.json', 'likes.json', 'following.json',
         'followers.json', 'blocked.json', 'messages.json', 'reports.json'}


def ask(viewer, password=PASSWORD, expect=OK):
    return viewer.request('POST', '/api/v1/me/export', expect, password=password)


def state(viewer, expect=OK):
    return viewer.request('GET', '/api/v1/me/export', expect)


def until(viewer, word):
    return eventually(lambda: state(viewer)['state'] == word and state(viewer))


def fetch(viewer, **headers):
    return viewer.http.get('/api/v1/me/export/file', params={'token': viewer.token}, headers=headers)


def unpacked(reply):
    assert reply.status_code == 200 and reply.headers['content-type'] == 'application/zip'
    packed = zipfile.ZipFile(io.BytesIO(reply.content))
    assert packed.testzip() is None
    return {name: json.loads(packed.read(name)) for name in packed.namelist()}


# Asking.

def test_it_takes_the_password(ann, anyone):
    ask(ann, 'battery staple', WRONG_PASSWORD)
    ask(anyone, expect=NO_SESSION)
    assert state(ann)['state'] == 'none'
    state(anyone, NO_SESSION)


def test_who_never_asked_has_none(ann, anyone):
    for viewer, code in (ann, NO_EXPORT), (anyone, NO_SESSION):
        assert viewer.request('GET', '/api/v1/me/export/file', code)['status_code'] == code


def test_one_at_a_time_and_one_a_day(ann):
    ask(ann)
    ask(ann, expect=QUOTA_USED_UP)
    until(ann, 'ready')
    ask(ann, expect=QUOTA_USED_UP)


# What is in it.

def test_it_holds_what_one_has_here_and_nothing_of_others(ann, bob, new_video, clips):
    mine = ann.publish_ready(clips.data('tiny.mp4'), 'mine "quoted" 短视频')['id']
    theirs = new_video(bob)['id']
    said = ann.comment(theirs, 'by ann')['id']
    bob.comment(mine, 'by bob')
    ann.like(theirs), bob.like(mine), ann.follow(bob.id), bob.follow(ann.id)
    ann.send(bob.id, 'from ann'), bob.send(ann.id, 'from bob')
    ann.report('video', theirs, 'spam')
    job = ask(ann)['job_id']
    ready = until(ann, 'ready')
    assert ready['job_id'] == job and ready['url'] == '/api/v1/me/export/file'
    assert ready['asked_at'] < ready['expires_at'] - 6 * 24 * 3600 * 1000
    reply = fetch(ann)
    assert len(reply.content) == ready['bytes']
    assert 'no-store' in reply.headers['cache-control'] and 'attachment' in reply.headers['content-disposition']
    assert 'access-control-allow-origin' not in reply.headers
    copy = unpacked(reply)
    assert copy.keys() == PARTS
    assert copy['profile.json'][0]['name'] == ann.name and copy['profile.json'][0]['settings'] == {}
    video, = copy['videos.json']
    assert (video['id'], video['title']) == (mine, 'mine "quoted" 短视频')
    assert ann.http.get(video['file']).status_code == 200
    assert [(one['id'], one['text'], one['video_id']) for one in copy['comments.json']] == [(said, 'by ann', theirs)]
    assert [one['video_id'] for one in copy['likes.json']] == [theirs]
    assert [one['user_id'] for one in copy['following.json']] == [bob.id] == [one['user_id'] for one in copy['followers.json']]
    assert [(one['to_user_id'], one['content']) for one in copy['messages.json']] == [(bob.id, 'from ann')]
    assert [(one['kind'], one['of'], one['reason']) for one in copy['reports.json']] == [('video', theirs, 'spam')]
    assert copy['blocked.json'] == []


def test_it_is_whole_however_much_there_is(ann, bob, new_user):
    cy = new_user()
    for i in range(230):
        ann.send(bob.id if i % 2 else cy.id, f'line {i}')
    ask(ann)
    until(ann, 'ready')
    lines = [one['content'] for one in unpacked(fetch(ann))['messages.json']]
    assert sorted(lines) == sorted(f'line {i}' for i in range(230))


def test_a_browser_fetches_it_with_its_cookie(new_browser):
    page, other = new_browser(), new_browser()
    page.call('POST', '/api/v1/me/export', json={'password': page.password})
    eventually(lambda: page.call('GET', '/api/v1/me/export')['state'] == 'ready')
    reply = page.http.get('/api/v1/me/export/file', headers=OWN_PAGE)
    assert unpacked(reply)['profile.json'][0]['id'] == page.id
    assert len(unpacked(reply)['sessions.json']) == 1
    page.call('GET', '/api/v1/me/export/file', NO_SESSION, headers={'Sec-Fetch-Site': 'cross-site'})
    other.call('GET', '/api/v1/me/export/file', NO_EXPORT)


def test_it_can_be_fetched_in_parts(ann):
    ask(ann)
    until(ann, 'ready')
    whole = fetch(ann).content
    part = fetch(ann, Range='bytes=10-19')
    assert part.status_code == 206 and part.content == whole[10:20]


def test_nobody_gets_it_by_an_address_of_files(ann):
    job = ask(ann)['job_id']
    until(ann, 'ready')
    assert ann.http.get(f'/media/x/{ann.id & 255:02x}/{ann.id}/{job}.zip').status_code == 404


# Its end.

def test_its_time_is_over(own_server, new_user):
    server = own_server({'account.export_lifetime': '2s', 'account.export_pause': '0s'})
    ann = new_user(server.url)
    ask(ann)
    until(ann, 'expired')
    assert fetch(ann).json()['status_code'] == NO_EXPORT
    first = ask(ann)['job_id']
    until(ann, 'ready')
    assert state(ann)['job_id'] == first and unpacked(fetch(ann))['profile.json']


@pytest.mark.one_process('looks into the folder')
def test_the_files_of_one_that_is_over_are_gone(own_server, new_user):
    server = own_server({'account.export_lifetime': '1s', 'account.export_pause': '0s'})
    ann = new_user(server.url)
    ask(ann)
    until(ann, 'expired')
    eventually(lambda: not [file for file in files_in(server.data / 'media/objects') if file.suffix == '.zip'])


def test_it_goes_with_the_account(own_server, new_user, clients):
    server = own_server({'account.undo': '0s'})
    ann = new_user(server.url)
    ask(ann)
    until(ann, 'ready')
    ann.request('DELETE', '/api/v1/me', password=PASSWORD)
    eventually(lambda: clients(server.url).call('login', None, token=None, username=ann.name,
                                                password=PASSWORD)['status_code'] == WRONG_PASSWORD)
    again = new_user(server.url, ann.name)
    assert state(again)['state'] == 'none'


def test_a_crash_in_the_middle_does_not_stop_it(own_server, new_user):
    server = own_server()
    ann = new_user(server.url)
    ask(ann)
    for _ in range(2):
        server.kill()
        server.start()
    until(ann, 'ready')
    assert unpacked(fetch(ann))['profile.json'][0]['id'] == ann.id
