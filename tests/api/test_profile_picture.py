# Pictures of profiles: set, shown, replaced, and what is refused.
# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest

import checks
import database
from browser import COOKIE, OWN_PAGE
from checks import BAD_PARAMETER, NO_SESSION, NOT_A_VIDEO, NOT_ALLOWED, TOO_LARGE
from client import ENDPOINTS
from http_bytes import Connection, request
from images import chunk, png
from waiting import eventually

NOT_A_PICTURE = NOT_A_VIDEO  # one code for both
KINDS = {'avatar': 'avatar', 'background': 'background_image'}
LIMIT = 5 << 20


@pytest.fixture
def page(new_browser):
    return new_browser()


def put(browser, kind, data, expect=checks.OK, http=200, headers=OWN_PAGE, **sent):
    body = browser.call('PUT', f'/api/v1/me/{kind}', expect, http, headers={'Content-Type': 'image/png', **headers}, content=data, **sent)
    return checks.user(body['user']) if expect == checks.OK else body


def fetch(browser, url, status=200):
    at = urlsplit(url)
    response = browser.http.get(at.path, follow_redirects=True)
    assert response.status_code == status, (url, response.status_code)
    return response


def is_gone(browser, url):
    return browser.http.get(urlsplit(url).path, follow_redirects=True).status_code == 404


@pytest.mark.parametrize('kind', KINDS)
def test_a_picture_is_made_anew_and_shown_to_everybody(page, ann, kind):
    before = ann.user(page.id)
    shown = put(page, kind, png(more=chunk(b'tEXt', b'Comment\0Lat 52.5163')))
    url = shown[KINDS[kind]]
    assert '/media/u/' in url and url.endswith('.webp')
    response = fetch(page, url)
    assert response.content[:4] == b'RIFF' and response.content[8:12] == b'WEBP' and b'52.5163' not in response.content
    assert response.headers['content-type'] == 'image/webp'
    assert response.headers['cache-control'] == 'public, max-age=31536000, immutable'
    now = ann.user(page.id)
    assert now[KINDS[kind]] == url and {**now, KINDS[kind]: before[KINDS[kind]]} == before


def test_the_author_of_a_video_is_shown_with_it(page, clips, anyone):
    page.call('POST', ENDPOINTS['publish'][1], data={'title': 'mine'}, files={'data': ('a.mp4', clips.data('tiny.mp4'), 'video/mp4')})
    assert anyone.feed()
    url = put(page, 'avatar', png())['avatar']
    assert next(video for video in anyone.feed()[0] if video['author']['id'] == page.id)['author']['avatar'] == url


def test_another_picture_has_another_address_and_the_old_one_goes(page):
    first = put(page, 'avatar', png())['avatar']
    other = put(page, 'background', png())['background_image']
    second = put(page, 'avatar', png((0, 200, 0)))['avatar']
    assert len({first, other, second}) == 3
    eventually(lambda: is_gone(page, first))
    fetch(page, second)
    fetch(page, other)


def test_a_phone_sets_one_with_its_token(ann):
    response = ann.http.put('/api/v1/me/avatar', params={'token': ann.token}, content=png(), headers={'Content-Type': 'application/octet-stream'})
    assert checks.envelope(response)['user']['avatar'] == ann.user()['avatar']


@pytest.mark.parametrize('data', [
    b'x', b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', b'GIF89a' + bytes(64), png()[:60], png(width=15), png(width=16, height=200),
    b'--x\r\nContent-Disposition: form-data; name="data"; filename="a"\r\n\r\n' + png() + b'\r\n--x--\r\n', b'\xff\xd8\xff\xe0' + bytes(300),
], ids=['a byte', 'SVG', 'GIF', 'cut off', 'tiny', 'narrow', 'in a form', 'head alone'])
@pytest.mark.parametrize('kind', KINDS)
def test_what_is_no_picture_changes_nothing(page, ann, kind, data):
    before = ann.user(page.id)
    put(page, kind, data, NOT_A_PICTURE)
    assert ann.user(page.id) == before


def test_a_type_that_lies_does_not_matter(page):
    for kind in ('text/html', 'application/json', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''):
        put(page, 'avatar', png(), headers={**OWN_PAGE, 'Content-Type': kind})


def test_a_body_is_needed(page):
    put(page, 'avatar', b'', BAD_PARAMETER)


def test_one_over_the_limit_is_refused_before_it_is_received(page, server):
    head = request('PUT', '/api/v1/me/avatar', (f'Cookie: {COOKIE}={page.cookie}', 'Sec-Fetch-Site: same-origin', f'Content-Length: {LIMIT + 1}'))
    with Connection(server) as connection:
        connection.send(head)
        answer = connection.answer()
        assert answer.status_code == 413
        assert '5242880' in checks.envelope_text(answer.content, TOO_LARGE)['status_msg']


def test_one_whose_length_is_not_told_is_refused_when_it_is_over_the_limit(page):
    put(page, 'avatar', iter([png()] + [bytes(1 << 20)] * 5), TOO_LARGE, 413)
    put(page, 'avatar', iter([png(), bytes(1000)]))  # what is behind the picture is no part of it


def test_only_oneself_and_only_from_a_page_of_ours(page, new_browser, server):
    before = page.call('GET', '/douyin/user/')['user']
    for cookie, whence, code in (('', 'Sec-Fetch-Site: same-origin', NO_SESSION), (page.cookie, 'Origin: http://evil.example', NOT_ALLOWED),
                                 ('A' * 43, 'Sec-Fetch-Site: same-origin', NO_SESSION)):
        head = request('PUT', '/api/v1/me/avatar', (f'Cookie: {COOKIE}={cookie}', whence, 'Content-Length: 1000'))
        with Connection(server) as connection:
            connection.send(head + png()[:1000].ljust(1000, b'\0'))
            checks.envelope_text(connection.answer().content, code)
    assert page.call('GET', '/douyin/user/')['user'] == before


# What is kept.

def pictures(server):
    return sorted(path.name for path in (server.data / 'media/objects').glob('u/*/*'))


@pytest.mark.one_process('looks into the data folder')
def test_one_file_is_kept_of_each_kind_however_often_it_is_set(own_server, new_browser):
    server = own_server()
    page = new_browser(server.url)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda i: put(page, 'avatar', png((i, i, i))), range(8)))
    assert len(pictures(server)) == 1
    put(page, 'background', png())
    put(page, 'background', b'nonsense', NOT_A_PICTURE)
    assert len(pictures(server)) == 2
    for folder in ('media/scratch', 'spool'):  # which the request's end empties, a moment behind its reply
        eventually(lambda: list((server.data / folder).iterdir()) == [])


@pytest.mark.one_process('leaves in the data folder what a crash would')
def test_what_a_crash_leaves_is_removed_unless_it_is_shown(own_server, new_browser):
    server = own_server()
    page = new_browser(server.url)
    shown = urlsplit(put(page, 'avatar', png())['avatar']).path.split('/')[-2]
    server.stop()
    lost = 'abcdef0123456789'
    folder = server.data / 'media/objects/u/ab' / lost
    folder.mkdir(parents=True)
    (folder / 'picture.webp').write_bytes(b'x')
    for asset in (lost, shown):
        (server.data / f'media/scratch/picture-{page.id}-{asset}').mkdir()
    (server.data / 'media/scratch/picture-x').mkdir()
    server.start()
    assert pictures(server) == [shown]
    assert not list((server.data / 'media/scratch').iterdir())


@pytest.mark.one_process('fills the database')
def test_a_full_quota_of_videos_does_not_stand_in_the_way(own_server, new_browser):
    server = own_server({'upload.account_videos': '1'})
    page = new_browser(server.url)
    database.change(server.data, 'INSERT INTO video_usage (author_id, videos, bytes, pending) VALUES (?, 9, 9, 0)', page.id)
    put(page, 'avatar', png())
